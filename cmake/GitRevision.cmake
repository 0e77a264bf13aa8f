# cellwise_git_revision(TARGET): generated/git_revision.h defines CELLWISE_GIT_REVISION, the
# commit that is built, "-dirty" behind it where tracked files differ, "unknown" outside a git checkout. The
# environment's CELLWISE_GIT_REVISION, if there is one, is taken instead: an image is built without .git.
# Looked up at every build; the file is only touched when it changes.
function(cellwise_git_revision target)
  set(folder ${CMAKE_BINARY_DIR}/generated)
  if(NOT TARGET cellwise_git_revision_header)
    add_custom_target(cellwise_git_revision_header
      COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${folder}/git_revision.h
        -P ${PROJECT_SOURCE_DIR}/cmake/WriteGitRevision.cmake
      BYPRODUCTS ${folder}/git_revision.h)
  endif()
  add_dependencies(${target} cellwise_git_revision_header)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
