# CELLWISE_SANITIZE=address;undefined (or thread) instruments every target of the build.
if(CELLWISE_SANITIZE)
  string(REPLACE ";" "," CELLWISE_SANITIZE_LIST "${CELLWISE_SANITIZE}")
  add_compile_options(-fsanitize=${CELLWISE_SANITIZE_LIST} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CELLWISE_SANITIZE_LIST})
endif()
# libFuzzer is led by counters in our code; the loop that feeds the targets is linked to them alone.
if(CELLWISE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "CELLWISE_FUZZ needs Clang, which brings libFuzzer: use the preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
