// SPDX-License-Identifier: GPL-2.0-only
//
// Socket activation: the descriptors with which a service manager starts a process, by the protocol
// of sd_listen_fds(3).
#pragma once

#include <optional>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx {

// The one socket that was handed to this process; nothing where none was. It is close-on-exec, and
// the environment that told of it is gone, so that no child takes it for its own and a second call
// finds nothing. Errors: usage where more than one was handed over. Requires: no other thread yet.
Result<std::optional<Fd>> take_handed_socket();

}  // namespace scx
