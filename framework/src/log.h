// SPDX-License-Identifier: GPL-2.0-only
//
// The log of a scheduler command: lines on stderr, "12:00:01 I text".
#pragma once

#include <spdlog/logger.h>
#include <spdlog/sinks/ringbuffer_sink.h>

#include <cstddef>
#include <memory>
#include <string>

namespace scx {

std::shared_ptr<spdlog::logger> make_log(const std::string& name, const std::string& level);

// Whether lines of that level are shown on stderr.
bool shows(const spdlog::logger& log, spdlog::level::level_enum level);

// Keeps the last `lines` of the log from now on, those of level debug among them whatever is shown;
// with date, time in UTC, level. Requires: a log of make_log(), once.
using RecentLines = spdlog::sinks::ringbuffer_sink_mt;
std::shared_ptr<RecentLines> keep_recent(spdlog::logger& log, std::size_t lines);

}  // namespace scx
