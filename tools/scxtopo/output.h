// SPDX-License-Identifier: GPL-2.0-only
//
// Where views go: standard output or a file that is replaced as a whole.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "scx/base/result.h"

namespace scx::scxtopo {

// Takes text piece by piece, so that a large view needs no memory for the whole of it.
using Sink = std::function<void(std::string_view)>;

// Calls `write` with a sink that goes to `path`, "-" for standard output. A reader that goes away
// ("| head") is no error. A file gets its new content at once or keeps the old one; what is no
// regular file, such as a pipe or a device, is written as it is.
// Errors: permission, missing, io, naming the path.
Status write_to(const std::string& path, const std::function<void(const Sink&)>& write);

}  // namespace scx::scxtopo
