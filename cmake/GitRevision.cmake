# cellwise_git_revision(TARGET): <TARGET's build folder>/git_revision.h defines CELLWISE_GIT_REVISION, the
# commit that is built, "-dirty" behind it where tracked files differ, "unknown" outside a git checkout. The
# environment's CELLWISE_GIT_REVISION, if there is one, is taken instead: an image is built without .git.
# Looked up at every build; the file is only touched when it changes.
function(cellwise_git_revision target)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/generated)
  add_custom_target(${target}_git_revision
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${folder}/git_revision.h
      -P ${PROJECT_SOURCE_DIR}/cmake/WriteGitRevision.cmake
    BYPRODUCTS ${folder}/git_revision.h)
  add_dependencies(${target} ${target}_git_revision)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
