# cellwise::warnings: the warnings our own code is compiled with; every one is an error.
add_library(cellwise_warnings INTERFACE)
add_library(cellwise::warnings ALIAS cellwise_warnings)
target_compile_options(cellwise_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # GCC 12 warns falsely about std::string (its bug 105329)
if(CELLWISE_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Files that are included into one look like headers, whose anonymous namespaces GCC warns of, and
  # see each other's names.
  target_compile_options(cellwise_warnings INTERFACE -Wno-subobject-linkage -Wno-shadow -Wshadow=local)
elseif(CELLWISE_UNITY)
  target_compile_options(cellwise_warnings INTERFACE -Wno-shadow)  # Clang knows no shadowing of locals alone
endif()
