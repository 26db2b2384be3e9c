# SPDX-License-Identifier: GPL-2.0-only
# What `cmake --install` lays down: the programs, the libraries with their headers, the BPF headers,
# and the CMake package that find_package(scxx) reads.
include(CMakePackageConfigHelpers)

set(_scxx_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/scxx)

install(TARGETS scxx_base scxx_topology scxx_stats scxx_framework scxx_sim scxx_bpf_headers
        EXPORT scxxTargets FILE_SET HEADERS)
install(DIRECTORY framework/bpf/ DESTINATION ${SCXX_BPF_INSTALL_DIR})
# Where scxx_add_simulated() looks for it: beside the BPF headers, as in the source tree.
install(DIRECTORY framework/sim/bpf/ DESTINATION ${SCXX_BPF_INSTALL_DIR}/../sim/bpf)
install(TARGETS ${SCXX_PROGRAMS} ${SCXX_TOOLS})
# The schedulers' simulated forms, where scxsim looks for them.
foreach(scheduler IN LISTS SCXX_PROGRAMS)
  install(TARGETS ${scheduler}_sim LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/scxx)
endforeach()
install(EXPORT scxxTargets NAMESPACE scxx:: DESTINATION ${_scxx_package_dir})

configure_package_config_file(cmake/scxxConfig.cmake.in scxxConfig.cmake
                              INSTALL_DESTINATION ${_scxx_package_dir}
                              PATH_VARS SCXX_BPF_INSTALL_DIR)
write_basic_package_version_file(scxxConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/scxxConfig.cmake ${PROJECT_BINARY_DIR}/scxxConfigVersion.cmake
              cmake/ScxxAddScheduler.cmake cmake/ScxxSkeleton.cmake
        DESTINATION ${_scxx_package_dir})
include(cmake/ScxxInstallDocs.cmake)
include(cmake/ScxxInstallService.cmake)
