// SPDX-License-Identifier: GPL-2.0-only
//
// Who may connect to a socket that has no file whose mode the kernel would look at.
#pragma once

#include <sys/types.h>

namespace scx::stats {

// As if the socket `fd` is connected to had a file of this process's user with `group` and `mode`:
// whether the process at its other end could have connected. root always can.
bool may_connect(int fd, gid_t group, mode_t mode);

}  // namespace scx::stats
