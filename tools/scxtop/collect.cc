// SPDX-License-Identifier: GPL-2.0-only
#include "collect.h"

#include <cerrno>
#include <utility>

namespace scx::scxtop {
namespace {

// A machine of 16,384 cids is told in less.
constexpr std::size_t kMostAnswer = 8 * 1024 * 1024;

constexpr char kSamples[] = "128";

// What the monitor says as well: the reader knows what to do about the rest.
std::string notice_of(const Error& error, bool seen) {
  const bool nobody = error.kind == ErrorKind::missing && error.err == 0;
  if (nobody || error.err == ECONNRESET)
    return seen ? "the scheduler has ended; waiting for the next"
                : "no scheduler serves statistics here yet; waiting";
  return "trying again: " + error.message();
}

bool is_shown(const Sections& sections, Section section) {
  return sections[static_cast<std::size_t>(section)];
}

}  // namespace

Status Collector::collect(const Sections& sections) {
  const Status done = [&]() -> Status {
    if (!client_) SCX_TRY(connect());
    return ask_all(sections);
  }();
  if (done) return {};
  client_.reset();
  model_.notice = notice_of(done.error(), model_.seen);
  return done;
}

// All that is known belongs to one connection: the next scheduler may be another one.
Status Collector::connect() {
  client_ = SCX_TRY(stats::Client::connect({.path = options_.path,
                                            .timeout = options_.timeout,
                                            .max_answer = kMostAnswer,
                                            .cancel_fd = options_.cancel_fd}));
  const auto metadata = client_->request("stats_meta");
  if (!metadata && !client_->connected()) return std::unexpected(metadata.error());
  since_ = Clock::now();
  metadata_ = metadata ? Metadata::read(*metadata) : Metadata();
  earlier_.clear();
  model_ = Model();
  model_.socket = options_.path;
  model_.seen = true;
  return {};
}

Result<std::optional<Tree>> Collector::ask(const std::string& target, const stats::Args& args) {
  if (model_.lacking.contains(target)) return std::nullopt;
  stats::Args all = args;
  all["target"] = target;
  auto answer = client_->request("stats", all);
  if (answer) {
    Tree tree = parse(*answer);
    model_.answers.insert_or_assign(target, *std::move(answer));
    return tree;
  }
  if (!client_->connected()) return std::unexpected(answer.error());
  // EINVAL is how schedulers say that they do not know it; anything else may pass.
  auto& why = answer.error().err == EINVAL ? model_.lacking : model_.troubles;
  why.insert_or_assign(target, answer.error().what);
  return std::nullopt;
}

Status Collector::ask_stats(const std::string& target, const std::string& struct_name,
                            std::optional<Stats>& into) {
  auto answer = SCX_TRY(ask(target));
  const auto now = Clock::now();
  if (!answer) return {};
  Earlier& earlier = earlier_[target];
  const std::chrono::duration<double> since = now - earlier.at;
  into = read_stats(metadata_, struct_name, *answer, earlier.answer, since.count());
  earlier = {*std::move(answer), now};
  return {};
}

Status Collector::ask_all(const Sections& sections) {
  model_.troubles.clear();
  // It stays the same for a run.
  if (!model_.machine)
    if (const auto answer = SCX_TRY(ask("machine"))) model_.machine = read_machine(*answer);
  SCX_TRY(ask_stats("top", metadata_.top(), model_.top));
  if (is_shown(sections, Section::cpus))
    if (const auto answer = SCX_TRY(ask("cids"))) model_.cids = read_cids(*answer);
  if (is_shown(sections, Section::loads)) SCX_TRY(ask_stats("domains", "Domains", model_.domains));
  if (is_shown(sections, Section::latency))
    if (const auto answer = SCX_TRY(ask("latency"))) model_.latency = read_latency(*answer);
  if (is_shown(sections, Section::tasks))
    if (const auto answer = SCX_TRY(ask("sched_samples", {{"nr_samples", kSamples}})))
      model_.tasks = read_tasks(*answer);
  model_.notice.clear();
  model_.connected_s = std::chrono::duration<double>(Clock::now() - since_).count();
  return {};
}

}  // namespace scx::scxtop
