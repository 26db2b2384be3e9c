# SPDX-License-Identifier: GPL-2.0-only
# Man pages and shell completions of the installed programs.
foreach(program IN LISTS SCXX_PROGRAMS)
  install(FILES docs/man/${program}.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
  # bash-completion looks for a file called like the command.
  install(FILES docs/completions/scx.bash RENAME ${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endforeach()
install(FILES docs/completions/_scx DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
# The schedulers share their completions; each tool has its own.
foreach(tool IN LISTS SCXX_TOOLS)
  install(FILES docs/man/${tool}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES docs/completions/${tool}.bash RENAME ${tool}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES docs/completions/_${tool} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endforeach()
