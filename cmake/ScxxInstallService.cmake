# SPDX-License-Identifier: GPL-2.0-only
# The systemd unit and the file that says what it runs. Below the prefix, as everything; for the
# prefix /usr the latter is /etc/default/scx, as GNUInstallDirs has it. A component of its own:
# cmake --install DIR --component service.
set(SCXX_SYSTEMD_UNIT_DIR lib/systemd/system CACHE PATH
    "where the systemd unit is installed: a path, or one below the prefix; empty: not at all")
if(NOT SCXX_SYSTEMD_UNIT_DIR)
  return()
endif()

install(FILES ${PROJECT_BINARY_DIR}/scx.service DESTINATION ${SCXX_SYSTEMD_UNIT_DIR} COMPONENT service)
# The full path differs from prefix/etc for /usr only.
set(_scxx_defaults ${CMAKE_INSTALL_SYSCONFDIR})
if(NOT CMAKE_INSTALL_FULL_SYSCONFDIR STREQUAL "${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_SYSCONFDIR}")
  set(_scxx_defaults ${CMAKE_INSTALL_FULL_SYSCONFDIR})
endif()
install(FILES schedulers/service/scx.default RENAME scx DESTINATION ${_scxx_defaults}/default
        COMPONENT service)
