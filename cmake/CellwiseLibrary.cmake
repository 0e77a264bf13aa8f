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
  target_precompile_headers(${target} REUSE_FROM cellwise_torch_header)
endfunction()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/torch_header.cpp CONTENT "// Exists so that torch/torch.h is precompiled once.\n")
add_library(cellwise_torch_header OBJECT ${CMAKE_BINARY_DIR}/torch_header.cpp)
set_target_properties(cellwise_torch_header PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_compile_features(cellwise_torch_header PUBLIC cxx_std_20)
target_link_libraries(cellwise_torch_header PUBLIC LibTorch::LibTorch cellwise::warnings)
target_precompile_headers(cellwise_torch_header PRIVATE <torch/torch.h>)
