// SPDX-License-Identifier: GPL-2.0-only
#include "views.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace scx::scxsim {
namespace {

// What a picture shows if nobody says more: enough to see slices.
constexpr std::uint64_t kPictureNs = 50'000'000;

}  // namespace

Result<Views> Views::make(const Options& options, const Machine& machine,
                          const sim::Workload& workload) {
  Views views;
  Window timeline, picture{workload.warmup_ns, workload.warmup_ns + kPictureNs};
  if (options.window) timeline = picture = SCX_TRY(parse_window(*options.window));
  if (timeline.from_ns >= workload.duration_ns)
    return fail(ErrorKind::usage, fmt::format("--window {} begins after the end", *options.window),
                fmt::format("the simulation takes {} ms", workload.duration_ns / 1'000'000));
  views.units_ = options.units;
  views.each_task_ = options.each_task;
  if (options.units || options.each_task) views.tally_.emplace(machine);
  if (options.timeline)
    views.timeline_.emplace(SCX_TRY(OutputFile::create(*options.timeline)), machine, workload,
                            timeline);
  if (!options.svg) return views;
  views.svg_.emplace(SCX_TRY(OutputFile::create(*options.svg)));
  views.drawing_.emplace(machine, workload, picture);
  return views;
}

sim::Observer* Views::observer() { return timeline_ || drawing_ || tally_ ? this : nullptr; }

Status Views::finish(const Run& run) {
  if (timeline_) SCX_TRY(timeline_->finish(run.outcome));
  if (!svg_) return {};
  svg_->write(drawing_->to_svg(run.subject));
  return svg_->commit();
}

Details Views::details() const {
  Details details;
  if (units_) details.units = tally_->units();
  if (each_task_) details.tasks = tally_->tasks();
  return details;
}

void Views::started(const Start& start) {
  if (timeline_) timeline_->started(start);
  if (drawing_) drawing_->started(start);
  if (tally_) tally_->started(start);
}

void Views::stopped(const Stop& stop) {
  if (timeline_) timeline_->stopped(stop);
  if (drawing_) drawing_->stopped(stop);
  if (tally_) tally_->stopped(stop);
}

void Views::woke(const Wake& wake) {
  if (timeline_) timeline_->woke(wake);
  if (tally_) tally_->woke(wake);
}

void Views::queued(const Queue& queue) {
  if (timeline_) timeline_->queued(queue);
}

void Views::counting(std::uint64_t at_ns) {
  if (timeline_) timeline_->counting(at_ns);
  if (tally_) tally_->counting(at_ns);
}

void Views::detached(std::uint64_t at_ns, const std::string& why) {
  if (timeline_) timeline_->detached(at_ns, why);
}

void Views::attached(std::uint64_t at_ns) {
  if (timeline_) timeline_->attached(at_ns);
}

void Views::ended(std::uint64_t at_ns) {
  if (timeline_) timeline_->ended(at_ns);
  if (drawing_) drawing_->ended(at_ns);
  if (tally_) tally_->ended(at_ns);
}

}  // namespace scx::scxsim
