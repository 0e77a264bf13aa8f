# The target `package`: the archive, the Debian package and the wheel of a release, by CPack, which calls
# scripts/package.sh (docs/releases.md). They lie in packages/ in the build folder. A release holds the CPU's libraries.
if(CELLWISE_CUDA OR CELLWISE_SANITIZE OR CELLWISE_FUZZ)
  return()
endif()
set(CPACK_GENERATOR External)
set(CPACK_PACKAGE_NAME cellwise)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_FILE_NAME cellwise-${PROJECT_VERSION}-linux-x86_64-cpu)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_EXTERNAL_PACKAGE_SCRIPT ${CMAKE_BINARY_DIR}/package.cmake)
file(CONFIGURE OUTPUT ${CPACK_EXTERNAL_PACKAGE_SCRIPT} @ONLY CONTENT [[
execute_process(COMMAND "@PROJECT_SOURCE_DIR@/scripts/package.sh" "@CMAKE_BINARY_DIR@" "@PROJECT_VERSION@" "${CPACK_PACKAGE_DIRECTORY}"
  COMMAND_ERROR_IS_FATAL ANY)
]])
include(CPack)
