# LibTorch::LibTorch, an imported target made from a LibTorch folder (the `torch` folder of a PyPI
# wheel, or the unpacked official archive). The wheel's own TorchConfig.cmake is not used: it asks
# for a CUDA toolkit even when only the CPU libraries are wanted.
#
# Looked for in: -DLIBTORCH=DIR, the environment's LIBTORCH, CMAKE_PREFIX_PATH.

set(LIBTORCH "$ENV{LIBTORCH}" CACHE PATH "A LibTorch folder: holds include/ and lib/")
if(DEFINED LIBTORCH_LAST_TIME AND NOT LIBTORCH STREQUAL LIBTORCH_LAST_TIME)
  unset(LIBTORCH_ROOT CACHE)
endif()
set(LIBTORCH_LAST_TIME "${LIBTORCH}" CACHE INTERNAL "What LIBTORCH was when LIBTORCH_ROOT was found")
find_path(LIBTORCH_ROOT NAMES include/torch/csrc/api/include/torch/torch.h
  HINTS ${LIBTORCH} PATHS ${CMAKE_PREFIX_PATH} PATH_SUFFIXES libtorch torch NO_DEFAULT_PATH)
if(NOT LIBTORCH_ROOT)
  message(FATAL_ERROR "LibTorch was not found. Run ./cellwise, which fetches it, or pass "
    "-DLIBTORCH=DIR with the folder that holds include/torch and lib/libtorch_cpu.so.")
endif()

file(STRINGS ${LIBTORCH_ROOT}/include/torch/headeronly/version.h LIBTORCH_VERSION_LINES
  REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
string(REGEX REPLACE "[^0-9;]" "" LIBTORCH_VERSION "${LIBTORCH_VERSION_LINES}")
string(REPLACE ";" "." LIBTORCH_VERSION "${LIBTORCH_VERSION}")
message(STATUS "LibTorch ${LIBTORCH_VERSION} in ${LIBTORCH_ROOT}")

set(LIBTORCH_INCLUDES ${LIBTORCH_ROOT}/include ${LIBTORCH_ROOT}/include/torch/csrc/api/include)
set(LIBTORCH_LIBRARIES ${LIBTORCH_ROOT}/lib/libtorch_cpu.so ${LIBTORCH_ROOT}/lib/libc10.so)
# A wheel keeps the CUDA run-time libraries that libtorch_cpu.so itself names beside its folder.
file(GLOB LIBTORCH_RUNTIME_FOLDERS ${LIBTORCH_ROOT}/../nvidia/*/lib)
if(CELLWISE_CUDA)
  # The run-time library stands beside the wheel, or in the official archive's own lib/.
  file(GLOB LIBTORCH_CUDART ${LIBTORCH_ROOT}/../nvidia/cu13/lib/libcudart.so.13 ${LIBTORCH_ROOT}/lib/libcudart*.so.13)
  if(NOT LIBTORCH_CUDART)
    message(FATAL_ERROR "${LIBTORCH_ROOT} has no CUDA libraries: CELLWISE_PRESET=cuda ./cellwise fetches a LibTorch that does.")
  endif()
  list(PREPEND LIBTORCH_LIBRARIES ${LIBTORCH_ROOT}/lib/libtorch_cuda.so ${LIBTORCH_ROOT}/lib/libc10_cuda.so
    ${LIBTORCH_CUDART})
  # Only what calls CUDA itself sees its headers (src/training): all else is compiled alike in both flavours.
  set(CELLWISE_CUDA_HEADERS "" CACHE PATH "Where crt/ and cccl/ of CUDA lie, unpacked from their wheels, if not beside LibTorch")
  file(GLOB LIBTORCH_CUDA_INCLUDES ${LIBTORCH_ROOT}/../nvidia/cu13/include ${CELLWISE_CUDA_HEADERS}/nvidia/cu13/include)
  set(LIBTORCH_CUDA_COMPILE_OPTIONS "")
  foreach(folder IN LISTS LIBTORCH_CUDA_INCLUDES)
    list(APPEND LIBTORCH_CUDA_COMPILE_OPTIONS "-idirafter${folder}")
  endforeach()
endif()

add_library(LibTorch::LibTorch INTERFACE IMPORTED)
# -idirafter puts Torch's folders behind the system's: they carry an fmt of their own that must not
# shadow Debian's.
set(LIBTORCH_COMPILE_OPTIONS "")
foreach(folder IN LISTS LIBTORCH_INCLUDES)
  list(APPEND LIBTORCH_COMPILE_OPTIONS "SHELL:-idirafter ${folder}")
endforeach()
set(LIBTORCH_LINK_OPTIONS "")
foreach(folder IN LISTS LIBTORCH_ROOT LIBTORCH_RUNTIME_FOLDERS)
  if(NOT folder MATCHES "/lib$")
    set(folder ${folder}/lib)
  endif()
  list(APPEND LIBTORCH_LINK_OPTIONS "LINKER:-rpath,${folder}" "LINKER:-rpath-link,${folder}")
endforeach()
target_compile_options(LibTorch::LibTorch INTERFACE ${LIBTORCH_COMPILE_OPTIONS})
target_link_options(LibTorch::LibTorch INTERFACE ${LIBTORCH_LINK_OPTIONS})
if(CELLWISE_CUDA)
  # Nothing refers to these libraries by symbol: they register themselves when loaded.
  target_link_libraries(LibTorch::LibTorch INTERFACE
    -Wl,--push-state,--no-as-needed ${LIBTORCH_LIBRARIES} -Wl,--pop-state)
else()
  target_link_libraries(LibTorch::LibTorch INTERFACE ${LIBTORCH_LIBRARIES})
endif()
