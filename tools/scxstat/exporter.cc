// SPDX-License-Identifier: GPL-2.0-only
#include "exporter.h"

#include "scx/stats/match.h"

namespace scx::scxstat {

Status Exporter::connect() {
  client_.reset();
  metrics_.reset();
  auto client =
      SCX_TRY(stats::Client::connect({.path = options_.socket, .timeout = options_.timeout}));
  metadata_ = SCX_TRY(client.request("stats_meta"));
  client_ = std::move(client);
  return {};
}

Result<stats::Json> Exporter::ask() {
  if (client_) {
    auto answer = client_->request("stats", options_.args);
    // The scheduler of the last time may have gone and another be there.
    if (answer || client_->connected()) return answer;
  }
  SCX_TRY(connect());
  auto answer = client_->request("stats", options_.args);
  if (!client_->connected()) client_.reset();
  return answer;
}

Result<std::string> Exporter::scrape() {
  const stats::Json answer = SCX_TRY(ask());
  if (!metrics_) {
    const auto match = SCX_TRY(stats::match(metadata_, options_.target(), answer));
    metrics_ = SCX_TRY(stats::OpenMetrics::make(
        metadata_, {.prefix = options_.prefix, .root = match.root, .list = match.list}));
  }
  return metrics_->render(answer);
}

}  // namespace scx::scxstat
