include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY WAVETRAIN_LIBRARIES)
install(TARGETS ${libraries} wavetrain EXPORT wavetrain-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/wavetrain DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT wavetrain-targets NAMESPACE wavetrain:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/wavetrain)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/wavetrain-config.cmake.in
  ${PROJECT_BINARY_DIR}/wavetrain-config.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/wavetrain)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/wavetrain-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/wavetrain-config.cmake ${PROJECT_BINARY_DIR}/wavetrain-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/wavetrain)
