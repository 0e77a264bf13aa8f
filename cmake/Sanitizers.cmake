# CELLWISE_SANITIZE=address;undefined (or thread) instruments every target of the build.
if(CELLWISE_SANITIZE)
  string(REPLACE ";" "," CELLWISE_SANITIZE_LIST "${CELLWISE_SANITIZE}")
  add_compile_options(-fsanitize=${CELLWISE_SANITIZE_LIST} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code makes GCC warn of members of std::optional and std::function that nothing reads unset.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if("thread" IN_LIST CELLWISE_SANITIZE)
    add_compile_options(-Wno-tsan)  # fences in LibTorch's headers, which it does not understand; we use none
  endif()
  add_link_options(-fsanitize=${CELLWISE_SANITIZE_LIST})
endif()
# libFuzzer is led by counters in our code; the loop that feeds the targets is linked to them alone.
if(CELLWISE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "CELLWISE_FUZZ needs Clang, which brings libFuzzer: use the preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
