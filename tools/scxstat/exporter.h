// SPDX-License-Identifier: GPL-2.0-only
//
// Exporter: a scheduler's statistics as OpenMetrics text, whenever somebody wants them. It keeps
// its connection, because what a scheduler answers may count from the connection's previous
// request.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "options.h"
#include "scx/base/result.h"
#include "scx/stats/client.h"
#include "scx/stats/openmetrics.h"

namespace scx::scxstat {

// One thread at a time.
class Exporter {
 public:
  explicit Exporter(Options options) : options_(std::move(options)) {}

  // Connects, or connects again, where there is no connection. Errors: as Client's.
  Result<std::string> scrape();
  // How long it waits for an answer.
  std::chrono::milliseconds timeout() const { return options_.timeout; }

 private:
  Status connect();
  Result<stats::Json> ask();

  const Options options_;
  std::optional<stats::Client> client_;        // connected
  stats::Json metadata_;                       // of the scheduler that it is connected to
  std::optional<stats::OpenMetrics> metrics_;  // made at its first answer
};

}  // namespace scx::scxstat
