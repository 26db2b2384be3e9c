// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace scx {

std::shared_ptr<spdlog::logger> make_log(const std::string& name, const std::string& level) {
  auto log = std::make_shared<spdlog::logger>(
      name, std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  log->set_pattern("%H:%M:%S %^%L%$ %v");
  log->set_level(spdlog::level::from_str(level));
  return log;
}

}  // namespace scx
