// SPDX-License-Identifier: GPL-2.0-only
//
// The log of a scheduler command: lines on stderr, "12:00:01 I text".
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace scx {

std::shared_ptr<spdlog::logger> make_log(const std::string& name, const std::string& level);

}  // namespace scx
