# CELLWISE_SANITIZE=address;undefined (or thread) instruments every target of the build.
if(CELLWISE_SANITIZE)
  string(REPLACE ";" "," CELLWISE_SANITIZE_LIST "${CELLWISE_SANITIZE}")
  add_compile_options(-fsanitize=${CELLWISE_SANITIZE_LIST} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CELLWISE_SANITIZE_LIST})
endif()
