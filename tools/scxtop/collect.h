// SPDX-License-Identifier: GPL-2.0-only
//
// Collector: asks a scheduler for what the view shows, round by round, and goes on with the next
// one when it ends.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "metadata.h"
#include "model.h"
#include "scx/base/result.h"
#include "scx/stats/client.h"

namespace scx::scxtop {

struct CollectOptions {
  std::string path = stats::kDefaultPath;
  std::chrono::milliseconds timeout{5000};  // of each request
  int cancel_fd = -1;                       // readable: collect() returns with ECANCELED
};

// Owns the connection. One thread at a time.
class Collector {
 public:
  explicit Collector(CollectOptions options) : options_(std::move(options)) {}

  // One round, for the sections that are looked at: the others' targets are not asked for, since
  // asking makes the scheduler measure. Connects where there is no connection. Errors: those of
  // connecting, and of a connection that ends; what was collected before stays. A target that the
  // scheduler has not, or cannot answer now, is no error (Model::lacking, troubles).
  Status collect(const Sections& sections);

  const Model& model() const { return model_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Earlier {
    Tree answer;
    Clock::time_point at;
  };

  Status connect();
  Status ask_all(const Sections& sections);
  // What it answers; none where the target is lacking or in trouble.
  Result<std::optional<Tree>> ask(const std::string& target, const stats::Args& args = {});
  Status ask_stats(const std::string& target, const std::string& struct_name,
                   std::optional<Stats>& into);

  CollectOptions options_;
  std::optional<stats::Client> client_;
  Clock::time_point since_;
  Metadata metadata_;
  std::map<std::string, Earlier> earlier_;
  Model model_;
};

}  // namespace scx::scxtop
