# cmake --install: the program, and the package that gives another project cellwise::models. Two components: `program`,
# which is what a release holds, and `development`.
include(CMakePackageConfigHelpers)

# Users start the first. The second lies with the libraries, so that one name alone is among the programs
# (src/cli/release_files.h finds it).
install(TARGETS cellwise RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(TARGETS cellwise_torch RUNTIME DESTINATION lib/cellwise COMPONENT program)
# XGBoost and LightGBM in their wheels' layout: the first finds its OpenMP library by it.
if(CELLWISE_XGBOOST_LIBRARY)
  cmake_path(GET CELLWISE_XGBOOST_LIBRARY PARENT_PATH folder)
  install(FILES ${CELLWISE_XGBOOST_LIBRARY} DESTINATION lib/cellwise/xgboost/lib COMPONENT program)
  file(GLOB libraries ${folder}/../../xgboost_cpu.libs/*)
  install(PROGRAMS ${libraries} DESTINATION lib/cellwise/xgboost_cpu.libs COMPONENT program)
endif()
if(CELLWISE_LIGHTGBM_LIBRARY)
  install(FILES ${CELLWISE_LIGHTGBM_LIBRARY} DESTINATION lib/cellwise/lightgbm/lib COMPONENT program)
endif()
# Completions and the manual page come out of the program itself, so they never lag behind it.
foreach(page "completion;bash;${CMAKE_INSTALL_DATADIR}/bash-completion/completions/cellwise"
    "completion;zsh;${CMAKE_INSTALL_DATADIR}/zsh/site-functions/_cellwise" "man;;${CMAKE_INSTALL_MANDIR}/man1/cellwise.1")
  list(GET page 0 word)
  list(GET page 1 shell)
  list(GET page 2 file)
  cmake_path(GET file PARENT_PATH folder)
  install(CODE "
    set(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
    file(MAKE_DIRECTORY \"\${prefix}/${folder}\")
    execute_process(COMMAND \"$<TARGET_FILE:cellwise>\" ${word} ${shell} OUTPUT_FILE \"\${prefix}/${file}\" COMMAND_ERROR_IS_FATAL ANY)
    message(STATUS \"Installing: \${prefix}/${file}\")"
    COMPONENT program)
endforeach()

# models and what it stands on.
install(TARGETS cellwise_models cellwise_models_forward cellwise_models_options cellwise_engine
  cellwise_engine_kernels cellwise_core EXPORT cellwise ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
foreach(folder models src/engine src/core)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cellwise COMPONENT development
    FILES_MATCHING PATTERN "*.h")
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/cellwise)
install(EXPORT cellwise NAMESPACE cellwise:: FILE cellwiseTargets.cmake DESTINATION ${package}
  COMPONENT development)
configure_package_config_file(cmake/cellwiseConfig.cmake.in ${CMAKE_BINARY_DIR}/cellwiseConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cellwiseConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/LibTorch.cmake ${CMAKE_BINARY_DIR}/cellwiseConfig.cmake
  ${CMAKE_BINARY_DIR}/cellwiseConfigVersion.cmake DESTINATION ${package} COMPONENT development)
