// SPDX-License-Identifier: GPL-2.0-only
//
// Everybody who watches one run of the command: the timeline, the picture, the tally, as far as
// they were asked for.
#pragma once

#include <optional>

#include "compare.h"
#include "drawing.h"
#include "options.h"
#include "output_file.h"
#include "tally.h"
#include "timeline.h"

namespace scx::scxsim {

class Views : public sim::Observer {
 public:
  // `machine` must outlive it. Errors: usage, for the window; those of OutputFile::create().
  static Result<Views> make(const Options& options, const Machine& machine,
                            const sim::Workload& workload);

  // Itself; null where nothing was asked for.
  sim::Observer* observer();
  // The run is over: the files become complete. Errors: those of writing.
  Status finish(const Run& run);
  Details details() const;

  void started(const Start& start) override;
  void stopped(const Stop& stop) override;
  void woke(const Wake& wake) override;
  void queued(const Queue& queue) override;
  void counting(std::uint64_t at_ns) override;
  void detached(std::uint64_t at_ns, const std::string& why) override;
  void attached(std::uint64_t at_ns) override;
  void ended(std::uint64_t at_ns) override;

 private:
  bool units_ = false, each_task_ = false;
  std::optional<Timeline> timeline_;
  std::optional<Drawing> drawing_;
  std::optional<OutputFile> svg_;
  std::optional<Tally> tally_;
};

}  // namespace scx::scxsim
