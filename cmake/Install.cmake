# cmake --install: the program, and the package that gives another project cellwise::models.
include(CMakePackageConfigHelpers)

install(TARGETS cellwise RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# models and what it stands on.
install(TARGETS cellwise_models cellwise_core EXPORT cellwise ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(folder models src/engine src/core)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cellwise FILES_MATCHING PATTERN "*.h")
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/cellwise)
install(EXPORT cellwise NAMESPACE cellwise:: FILE cellwiseTargets.cmake DESTINATION ${package})
configure_package_config_file(cmake/cellwiseConfig.cmake.in ${CMAKE_BINARY_DIR}/cellwiseConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cellwiseConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/LibTorch.cmake ${CMAKE_BINARY_DIR}/cellwiseConfig.cmake
  ${CMAKE_BINARY_DIR}/cellwiseConfigVersion.cmake DESTINATION ${package})
