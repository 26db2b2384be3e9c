// SPDX-License-Identifier: GPL-2.0-only
//
// Exporter: a scheduler's statistics as OpenMetrics text, whenever somebody wants them. It keeps
// its connection, because what a scheduler answers may count from the connection's previous
// request.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "options.h"
#include "scx/base/result.h"
#include "scx/stats/client.h"
#include "scx/stats/openmetrics.h"

namespace scx::scxstat {

// Any thread; those that come at the same time wait for each other.
class Exporter {
 public:
  explicit Exporter(Options options) : options_(std::move(options)) {}

  // Connects, or connects again, where there is no connection. Errors: as Client's.
  Result<std::string> scrape();

 private:
  Status connect();
  Result<stats::Json> ask();

  const Options options_;
  std::mutex mutex_;
  std::optional<stats::Client> client_;        // connected
  stats::Json metadata_;                       // of the scheduler that it is connected to
  std::optional<stats::OpenMetrics> metrics_;  // made at its first answer
};

}  // namespace scx::scxstat
