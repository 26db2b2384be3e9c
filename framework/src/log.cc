// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>

namespace scx {

std::shared_ptr<spdlog::logger> make_log(const std::string& name, const std::string& level) {
  auto log = std::make_shared<spdlog::logger>(
      name, std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  log->set_pattern("%H:%M:%S %^%L%$ %v");
  log->set_level(spdlog::level::from_str(level));
  return log;
}

bool shows(const spdlog::logger& log, spdlog::level::level_enum level) {
  return log.should_log(level) && log.sinks().front()->should_log(level);
}

std::shared_ptr<RecentLines> keep_recent(spdlog::logger& log, std::size_t lines) {
  auto recent = std::make_shared<RecentLines>(lines);
  recent->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%Y-%m-%d %H:%M:%S.%e %L %v", spdlog::pattern_time_type::utc));
  log.sinks().front()->set_level(log.level());
  log.set_level(std::min(log.level(), spdlog::level::debug));
  log.sinks().push_back(recent);
  return recent;
}

}  // namespace scx
