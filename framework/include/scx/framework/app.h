// SPDX-License-Identifier: GPL-2.0-only
//
// App: a whole scheduler command from a BPF skeleton and a struct of metrics. It parses the options
// that all schedulers share, checks the machine, loads and attaches, serves statistics, runs until
// told to stop, starts again where the kernel asks for it, and says how everything ended.
//
//   struct Counters { std::uint64_t local = 0; };
//   SCX_METRICS(Counters, "what scx_simple did", scx::counter(&Counters::local, "local", "…"));
//
//   int main(int argc, char** argv) {
//     bool fifo = false;
//     scx::App<simple_bpf, Counters> app{"scx_simple", "a global weighted vtime scheduler"};
//     app.flag("-f,--fifo", fifo, "first in, first out instead of weighted vtime");
//     app.configure([&](auto& opened) { opened.rodata().fifo = fifo; });
//     app.sample([](const auto& attached) { return Counters{attached.arena().nr_local}; });
//     return app.main(argc, argv);
//   }
//
// Not for a program that wants several schedulers or its own loop: use object.h, machine.h and
// runner.h directly.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scx/base/result.h"
#include "scx/framework/kernel.h"
#include "scx/framework/machine.h"
#include "scx/framework/object.h"
#include "scx/framework/runner.h"
#include "scx/framework/session.h"
#include "scx/stats/metrics.h"
#include "scx/stats/schema.h"
#include "scx/stats/service.h"

namespace scx {

namespace detail {

// An object whose BPF side includes <scx/latency.bpf.h>.
template <typename Skel>
concept MeasuresLatency = requires(Skel& skel) {
  skel.data_scx_latency->scx_latency_wanted;
};

#ifdef SCXX_BPF_CLANG
inline constexpr std::string_view kClang = SCXX_BPF_CLANG;
#else
inline constexpr std::string_view kClang;
#endif

}  // namespace detail

// What of App does not depend on the scheduler's types.
class AppBase {
 public:
  AppBase(const AppBase&) = delete;
  AppBase& operator=(const AppBase&) = delete;
  virtual ~AppBase();

  // Options of this scheduler; `names` as "-f,--fifo". The variable keeps its value where the user
  // gives none, and the help shows that value as the default. Requires: before main(); the variable
  // outlives it.
  void flag(const std::string& names, bool& value, const std::string& help);
  void option(const std::string& names, std::string& value, const std::string& help);
  void option(const std::string& names, double& value, const std::string& help);
  // Whole numbers from `min` to `max`, anything else is a usage error that names both.
  void option(const std::string& names, std::uint64_t& value, const std::string& help,
              std::uint64_t min = 0, std::uint64_t max = UINT64_MAX);

  // Called after the options are parsed, before anything else is done: an error says what is wrong
  // with them, and the command ends as for any wrong usage.
  void check(std::function<Status()> check);

  // Called before anything is loaded, with what the running kernel offers: an error names what it
  // lacks, and from which kernel on that is there, and the command ends with it (status 1).
  void check_kernel(std::function<Status(const KernelBtf&)> check);

  // This is the sub-scheduler of a cgroup (cgroup_id() in cgroup.h), below a scheduler that runs
  // already: another is no hindrance then but a must, the statistics have a path of their own, and
  // the messages say so. Sets sub_cgroup_id of the ops table. Requires: before main(), or in
  // check().
  void sub_scheduler_of(std::uint64_t cgroup_id);

  // Keeps a capability, by its number in linux/capability.h, for a policy whose part in user space
  // needs it. All but those that loading takes are given up before the machine is looked at
  // (docs/distributions.md). Requires: before main(), or in check().
  void keep_capability(int number);

  // Says a line to the user, at the log level info. Requires: from a hook that is called later than
  // check(), on main()'s thread.
  void note(std::string_view line) const;

  // Called at each start with what was found of the machine, and may put another in its place: one
  // that renumber() made, or one with a cid_override. An error ends the command.
  void change_machine(std::function<Result<Machine>(Machine)> change);

  // A list in the answers of a target (App::target()), to be watched from another process.
  struct List {
    std::string target;
    std::string argument;   // of the request: how many elements are wanted
    std::string member;     // the answer's list
    stats::Schema element;  // of its elements
  };

  // The option `names` N watches a scheduler that runs in another process, as --monitor does, but
  // shows up to N elements of the list, 1 to `max`, as a table (stats/table.h) once a second.
  // Requires: before main(), once.
  void list_option(const std::string& names, const std::string& help, std::uint64_t max, List list);

  // Runs the command. The program's exit status: 0 for a scheduler that was told to end, 1 for any
  // error (said on stderr), 2 for wrong usage.
  int main(int argc, char** argv);

 protected:
  // `clang` as scxx_add_bpf() tells: the version that compiled the scheduler's BPF side.
  AppBase(std::string name, std::string description, std::string version, std::string_view clang);

  // Opens, loads, calls `about_to_attach` (an error from it ends the start), attaches. Requires:
  // the machine outlives the session.
  virtual Result<std::unique_ptr<Session>> start(
      const Machine& machine, const OpenOptions& open, const LoadOptions& load,
      const std::function<Status()>& about_to_attach) = 0;
  virtual void add_statistics(stats::Service& service) = 0;
  virtual bool measures_latency() const = 0;
  // Has Session::tick() called after each attach, and from then on at that interval.
  void tick_every(std::chrono::duration<double> interval);

  CurrentSession current_;

 private:
  enum class Next { stop, restart };
  struct Impl;

  int schedule();
  void renounce();
  void run_until_end();
  int watch();
  int show_check();
  void prepare_statistics();
  void serve_statistics();
  void show_statistics();
  void begin_report();
  bool write_report();  // false: it was wanted, and there is none
  Result<Machine> discover();
  Result<Machine> make_machine();
  // One run from discovery to the end; the exit status is in Impl.
  Next run_once();
  Next after_end(const std::optional<ExitReport>& exit);
  Next after_mismatch(const ExitReport& exit);

  std::unique_ptr<Impl> impl_;
};

template <typename Skel, stats::Metrics Metrics>
class App : public AppBase {
 public:
  // `name` as the command is called, `description` one line of help, `version` the scheduler's own:
  // --version and the kernel's name for it show it. Without one it is that of scxx.
  App(std::string name, std::string description, std::string version = {})
      : AppBase(std::move(name), std::move(description), std::move(version), detail::kClang) {}

  // Called with Opened<Skel>& before each load, to set the knobs in rodata. May return Status.
  template <typename Configure>
  void configure(Configure configure) {
    configure_ = [configure](Opened<Skel>& opened) mutable -> Status {
      if constexpr (std::is_same_v<decltype(configure(opened)), Status>) return configure(opened);
      configure(opened);
      return {};
    };
  }

  // Read with `const Attached<Skel>&` and return the metrics as they stand. Called when somebody
  // asks, on another thread than main()'s; the scheduler stays attached meanwhile.
  template <typename Read>
  void sample(Read read) {
    open_sampler_ = [read] {
      return [read](const Attached<Skel>& attached, std::uint64_t) mutable -> Metrics {
        return read(attached);
      };
    };
  }

  // As above, for metrics that compare two moments: `read` takes what there is, `report` makes of
  // two readings (before, now) the metrics. `before` is the reading of the same client's previous
  // request; for its first one, and after a restart of the scheduler, it is Raw{}.
  template <typename Read, typename Report>
  void sample(Read read, Report report) {
    using Raw = std::decay_t<std::invoke_result_t<Read&, const Attached<Skel>&>>;
    open_sampler_ = [read, report] {
      return [read, report, before = Raw{}, last_run = std::uint64_t{0}](
                 const Attached<Skel>& attached, std::uint64_t run) mutable -> Metrics {
        if (std::exchange(last_run, run) != run) before = Raw{};
        Raw now = read(attached);
        Metrics metrics = report(before, now);
        before = std::move(now);
        return metrics;
      };
    };
  }

  // Calls `work` with Attached<Skel>& on main()'s thread: right after each attach, then at that
  // interval until the scheduler ends. It may write the arena. Where it returns a Tick,
  // Tick::restart ends the scheduler and starts it again from the discovery of the machine, as
  // after a hotplug and no more often than Backoff lets it. There is one such work, the last one
  // given. Requires: before main(), or in check(); sample() may be running at the same time.
  //   app.every(1s, [](auto& attached) { attached.arena().mode = wanted_mode(); });
  template <typename Work>
  void every(std::chrono::duration<double> interval, Work work) {
    tick_ = [work](Attached<Skel>& attached) mutable -> Tick {
      if constexpr (std::is_same_v<decltype(work(attached)), Tick>) return work(attached);
      work(attached);
      return Tick::go_on;
    };
    tick_every(interval);
  }

  // A further target of the statistics. `open` makes the handler of one client, at its first
  // request and again after a restart of the scheduler: a function of (const Attached<Skel>&,
  // const stats::Args&) that returns Result<stats::Json>. It is called like `read` above, and while
  // it works neither other clients nor the end of the scheduler get their turn. The schema is what
  // `stats_meta` tells, as for stats::Service::add(). Requires: before main().
  template <typename Open>
  void target(std::string name, stats::Schema schema, Open open) {
    targets_.push_back({std::move(name), std::move(schema), std::move(open)});
  }

  // For the target `cids`: how often tasks started to run on each cid since the scheduler's start.
  // `count` is called like `read` above and returns a vector by cid. Requires: before main().
  //   app.count_schedules([](const auto& attached) { return starts_by_cid(attached); });
  template <typename Count>
  void count_schedules(Count count) {
    count_schedules_ = std::move(count);
  }

 private:
  using Sampler = std::function<Metrics(const Attached<Skel>&, std::uint64_t run)>;
  using TargetHandler =
      std::move_only_function<Result<stats::Json>(const Attached<Skel>&, const stats::Args&)>;

  struct Target {
    std::string name;
    stats::Schema schema;
    std::function<TargetHandler()> open;
  };

  class AttachedSession : public Session {
   public:
    AttachedSession(App& app, Attached<Skel> attached, const Machine& machine)
        : app_(app), attached_(std::move(attached)), machine_(machine) {
      app_.current_.begin(*this);
    }
    ~AttachedSession() override { app_.current_.end(); }
    int events_fd() const override { return attached_.events_fd(); }
    std::optional<ExitReport> ended() const override { return attached_.ended(); }
    const LoadReport& report() const override { return attached_.report(); }
    void detach() override { attached_.detach(); }
    Tick tick() override { return app_.tick_(attached_); }
    const Machine& machine() const override { return machine_; }
    std::vector<std::uint64_t> schedules() const override {
      return app_.count_schedules_ ? app_.count_schedules_(attached_)
                                   : std::vector<std::uint64_t>{};
    }
    std::span<const scx_latency> latency() const override {
      return attached_.template per_unit<scx_latency>("scx_latency");
    }
    void count_latency(bool wanted) override {
      if constexpr (detail::MeasuresLatency<Skel>)
        attached_.skeleton().data_scx_latency->scx_latency_wanted = wanted;
    }

    const Attached<Skel>& attached() const { return attached_; }

   private:
    App& app_;
    Attached<Skel> attached_;
    const Machine& machine_;
  };

  Result<std::unique_ptr<Session>> start(const Machine& machine, const OpenOptions& open,
                                         const LoadOptions& load,
                                         const std::function<Status()>& about_to_attach) override {
    auto opened = SCX_TRY(Opened<Skel>::open(open));
    if (configure_) {
      SCX_TRY(configure_(opened));
    }
    auto loaded = SCX_TRY(std::move(opened).load(machine, load));
    SCX_TRY(about_to_attach());
    auto attached = SCX_TRY(std::move(loaded).attach());
    return std::make_unique<AttachedSession>(*this, std::move(attached), machine);
  }

  void add_statistics(stats::Service& service) override {
    service.add("top", stats::Schema::of<Metrics>(), [this]() -> stats::Handler {
      return [this, sampler = open_sampler_ ? open_sampler_() : Sampler{}](
                 const stats::Args&) mutable -> Result<stats::Json> {
        return with_attached(
            [&](const Attached<Skel>& attached, std::uint64_t run) -> Result<stats::Json> {
              return stats::to_json(sampler ? sampler(attached, run) : Metrics{});
            });
      };
    });
    for (const Target& target : targets_) add_target(service, target);
  }

  void add_target(stats::Service& service, const Target& target) {
    service.add(target.name, target.schema, [this, open = target.open]() -> stats::Handler {
      return [this, open, handler = TargetHandler{},
              last_run = std::uint64_t{0}](const stats::Args& args) mutable -> Result<stats::Json> {
        return with_attached(
            [&](const Attached<Skel>& attached, std::uint64_t run) -> Result<stats::Json> {
              if (std::exchange(last_run, run) != run) handler = open();
              return handler(attached, args);
            });
      };
    });
  }

  // What `answer` makes of the scheduler that is attached, the how manieth that is; an error while
  // there is none.
  template <typename Answer>
  Result<stats::Json> with_attached(Answer answer) {
    return current_.with([&answer](const CurrentSession::Run& run) {
      return answer(static_cast<const AttachedSession&>(run.session).attached(), run.number);
    });
  }

  bool measures_latency() const override { return detail::MeasuresLatency<Skel>; }

  std::function<Status(Opened<Skel>&)> configure_;
  std::function<Sampler()> open_sampler_;
  std::function<Tick(Attached<Skel>&)> tick_;
  std::function<std::vector<std::uint64_t>(const Attached<Skel>&)> count_schedules_;
  std::vector<Target> targets_;
};

}  // namespace scx
