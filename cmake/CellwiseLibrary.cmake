# cellwise_library(NAME [TORCH] SOURCES file… [PUBLIC target…] [PRIVATE target…])
#
# The static library cellwise::NAME of one folder. TORCH marks a library whose sources see LibTorch;
# they share one precompiled torch/torch.h, which costs 20 s to read otherwise.
function(cellwise_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TORCH" "" "SOURCES;PUBLIC;PRIVATE")
  set(target cellwise_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(cellwise::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    # A user of the package writes <cellwise/models/…>; our own headers find each other below that.
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/cellwise>)
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  # Directly, not as a linked target: an installed package has no use for our warnings.
  target_compile_options(${target} PRIVATE $<TARGET_PROPERTY:cellwise_warnings,INTERFACE_COMPILE_OPTIONS>)
  if(arg_TORCH)
    cellwise_use_torch(${target})
  else()
    cellwise_use_common_headers(${target})
  endif()
endfunction()

# What sees LibTorch calls it and the kernels, which do the work, and commands parse flags and print: a third less to compile, and
# no slower (docs/building.md).
set(calling_optimisation $<$<CONFIG:Release>:-O1>)

# cellwise_use_common_headers(TARGET [HEADER]): gives a target without LibTorch the precompiled header of the quick build, the
# shared one or that of the target HEADER.
function(cellwise_use_common_headers target)
  if(CELLWISE_UNITY)
    target_compile_options(${target} PRIVATE -fPIC)  # as it was precompiled
    if(ARGC EQUAL 1)
      target_precompile_headers(${target} REUSE_FROM cellwise_common_header)
    else()
      target_precompile_headers(${target} REUSE_FROM ${ARGV1})
    endif()
  endif()
endfunction()

# Gives a target LibTorch and the shared precompiled header.
function(cellwise_use_torch target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_compile_options(${target} PRIVATE -fPIC)  # not -fPIE: the precompiled header wants the same
  else()
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  target_link_libraries(${target} PUBLIC LibTorch::LibTorch)
  target_compile_options(${target} PRIVATE ${calling_optimisation})
  target_precompile_headers(${target} REUSE_FROM cellwise_torch_header)
endfunction()

# An object library that precompiles headers for those who reuse it: name, then headers. They need not be named by each
# file's own includes where sixteen files are compiled as one, so only that quick build has more than torch/torch.h.
function(cellwise_precompile name)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "// Exists so that headers are precompiled once.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

set(common_headers "")
if(CELLWISE_UNITY)
  set(common_headers <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp> <algorithm> <filesystem> <fstream> <functional>
    <map> <memory> <optional> <span> <string> <string_view> <utility> <vector>)
  # The same definition as where fmt is linked: another one makes the precompiled header useless.
  add_compile_definitions(FMT_SHARED)
  cellwise_precompile(cellwise_common_header ${common_headers})
  target_link_libraries(cellwise_common_header PRIVATE cellwise::warnings)
endif()
cellwise_precompile(cellwise_torch_header <torch/torch.h> ${common_headers})
target_link_libraries(cellwise_torch_header PUBLIC LibTorch::LibTorch PRIVATE cellwise::warnings)
target_compile_options(cellwise_torch_header PRIVATE ${calling_optimisation})
