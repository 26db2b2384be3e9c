// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler's BPF object through its life: Opened → Loaded → Attached. Each phase is a type of
// its own and gives itself up for the next, so a wrong order does not compile. Skel is the class
// that bpftool generates (scxx_add_scheduler() does that).
//
//   auto opened = SCX_TRY(Opened<simple_bpf>::open());
//   opened.rodata().fifo = true;                                // knobs: before load only
//   auto loaded = SCX_TRY(std::move(opened).load(machine));     // tables filled, verified
//   auto attached = SCX_TRY(std::move(loaded).attach());        // the kernel runs it
//   … attached.arena().nr_local …
//   attached.detach();                                          // or the destructor
//
// Move-only, one thread at a time; other threads may read arena() while it is attached.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scx/base/fd.h"
#include "scx/base/result.h"
#include "scx/framework/exit_report.h"
#include "scx/framework/kernel.h"
#include "scx/framework/machine.h"
#include "scx/tables.h"

struct bpf_link;
struct bpf_map;
struct bpf_object;
struct bpf_object_open_opts;
struct bpf_program;

namespace scx {

// How the kernel and the scheduler number CPUs (architecture: docs/architecture.md).
enum class Form { cpu, cid };
std::string_view name(Form form);

// As libbpf's own tools name them; empty or unset: libbpf's default.
struct OpenOptions {
  std::string pin_root_path;
  std::string kconfig;
  std::string btf_custom_path;
  std::string bpf_token_path;
  bool relaxed_maps = false;
};

struct LoadOptions {
  std::optional<Form> form;  // unset: cids where the kernel takes them
  std::string ops_name;      // in /sys/kernel/sched_ext/root/ops; empty: the object's own
  std::string btf_path;      // the kernel's type information; empty: where the kernel has it
  // The cgroup that this is the sub-scheduler of, as cgroup_id() gives it; 0: what the ops table
  // says, and that is none where the scheduler sets nothing there.
  std::uint64_t sub_cgroup_id = 0;
};

// What loading found out.
struct LoadReport {
  Form form = Form::cpu;
  std::uint64_t sub_cgroup_id = 0;   // of a sub-scheduler; 0: it schedules the machine
  std::vector<std::string> dropped;  // optional callbacks and flags that this kernel lacks
  struct Program {
    std::string name;
    std::uint32_t verified_instructions = 0;  // as the verifier counted, all paths
  };
  std::vector<Program> programs;
  // Programs beside the ops that were loaded and that the kernel would not attach: the scheduler
  // runs without them.
  struct NotAttached {
    std::string name;
    std::string reason;
  };
  std::vector<NotAttached> not_attached;

  std::uint64_t verified_instructions() const;
};

namespace detail {

Status check_open(const void* skeleton, int err, const std::string& libbpf_said);

// The part of the phases that does not depend on the skeleton's type.
struct LoadPlan {
  LoadReport report;
  bpf_map* ops = nullptr;
  std::string btf_path;  // as in LoadOptions
};
Result<LoadPlan> prepare(bpf_object* object, const Machine& machine, const LoadOptions& options);
Status finish(bpf_object* object, LoadPlan& plan, int load_err, const std::string& libbpf_said);

// Collects what libbpf says while it lives.
class LogScope {
 public:
  LogScope();
  ~LogScope();
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::unique_ptr<bpf_object_open_opts, void (*)(bpf_object_open_opts*)> make_open_opts(
    const OpenOptions& options);

struct DetachLink {
  void operator()(bpf_link* link) const;
};
using Link = std::unique_ptr<bpf_link, DetachLink>;
Result<Link> attach(bpf_map* ops, std::uint64_t sub_cgroup_id);
bool enable(bpf_program* program, const KernelBtf& kernel);
// Attaches every program that is loaded and is neither of the ops nor a syscall program; the report
// gets those that the kernel refused.
using Hooks = std::vector<Link>;
Hooks attach_hooks(bpf_object* object, LoadReport& report);
Result<Fd> open_events(bpf_object* object);
const scx_exit_record* exit_record(bpf_object* object);
std::string exit_dump(bpf_object* object);
Status run_program(bpf_program* program);

// The arrays that SCX_PER_CID and SCX_PER_DOMAIN declared in a loaded object. Finding them goes
// through all the object's type information, so that is done once and not at each reading.
class ArenaArrays {
 public:
  explicit ArenaArrays(bpf_object* object);
  // Empty where there is none of that name or its elements are not `elem_size` long.
  std::span<std::byte> find(std::string_view name, std::size_t elem_size) const;

 private:
  struct Array {
    std::string name;
    std::size_t elem_size;
    std::span<std::byte> bytes;
  };
  std::vector<Array> arrays_;
};

template <typename Skel>
struct Destroy {
  void operator()(Skel* skel) const { Skel::destroy(skel); }
};
template <typename Skel>
using Owned = std::unique_ptr<Skel, Destroy<Skel>>;

}  // namespace detail

// What both phases after the load can do.
template <typename Skel>
class InKernel {
 public:
  const auto& arena() const { return *skel_->arena; }
  auto& arena() { return *skel_->arena; }
  const LoadReport& report() const { return report_; }
  const Skel& skeleton() const { return *skel_; }

  // The elements of SCX_PER_CID(T, name) or SCX_PER_DOMAIN(T, name), by cid or domain id. Empty
  // where no such array is declared or its elements have another size than T.
  template <typename T>
  std::span<const T> per_unit(std::string_view name) const {
    const auto bytes = arrays_.find(name, sizeof(T));
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  // Runs a SEC("syscall") program of the object once, here and now: run(skeleton().progs.name). It
  // takes no context. Errors: of the kernel, and invalid when the program returns
  // anything but 0.
  Status run(bpf_program* program) const { return detail::run_program(program); }

 protected:
  InKernel(detail::Owned<Skel> skel, LoadReport report)
      : skel_(std::move(skel)), report_(std::move(report)), arrays_(skel_->obj) {}

  detail::Owned<Skel> skel_;
  LoadReport report_;
  detail::ArenaArrays arrays_;
};

template <typename Skel>
class Attached : public InKernel<Skel> {
 public:
  // Readable once the scheduler has ended by itself or by the kernel's hand.
  int events_fd() const { return events_.get(); }
  // How it ended; nothing while it runs.
  std::optional<ExitReport> ended() const {
    bpf_object* object = this->skel_->obj;
    return read_exit(*detail::exit_record(object), detail::exit_dump(object));
  }
  // Hands the CPUs back to the kernel's own scheduler and waits until that is done.
  void detach() {
    hooks_.clear();
    link_.reset();
  }

 private:
  template <typename>
  friend class Loaded;
  Attached(detail::Owned<Skel> skel, LoadReport report, detail::Link link, Fd events)
      : InKernel<Skel>(std::move(skel), std::move(report)),
        link_(std::move(link)),
        events_(std::move(events)) {
    hooks_ = detail::attach_hooks(this->skel_->obj, this->report_);
  }

  detail::Link link_;    // goes before the skeleton
  detail::Hooks hooks_;  // of the programs beside the ops; go before the link
  Fd events_;
};

template <typename Skel>
class Loaded : public InKernel<Skel> {
 public:
  // Errors: busy when another scheduler is attached, rejected, permission; for a sub-scheduler also
  // missing, when there is none above it, and unsupported, when that one takes none. A scheduler
  // that the kernel ends during its own start (hotplug meanwhile, an error in init, a parent that
  // refuses it) attaches, and ended() tells. Programs beside the ops come last, and what becomes of
  // them is no error: report().not_attached.
  Result<Attached<Skel>> attach() && {
    Fd events = SCX_TRY(detail::open_events(this->skel_->obj));
    auto link = SCX_TRY(detail::attach(ops_, this->report_.sub_cgroup_id));
    return Attached<Skel>(std::move(this->skel_), std::move(this->report_), std::move(link),
                          std::move(events));
  }

 private:
  template <typename>
  friend class Opened;
  Loaded(detail::Owned<Skel> skel, detail::LoadPlan plan)
      : InKernel<Skel>(std::move(skel), std::move(plan.report)), ops_(plan.ops) {}

  bpf_map* ops_;
};

template <typename Skel>
class Opened {
 public:
  // Errors: invalid, io; the object is part of the program, so these are rare.
  static Result<Opened> open(const OpenOptions& options = {}) {
    detail::LogScope log;
    const auto opts = detail::make_open_opts(options);
    detail::Owned<Skel> skel{Skel::open(opts.get())};
    SCX_TRY(detail::check_open(skel.get(), errno, log.text()));
    return Opened(std::move(skel), options.btf_custom_path);
  }

  // The scheduler's knobs (`const volatile` variables), for writing.
  auto& rodata() { return *skel_->rodata; }
  Skel& skeleton() { return *skel_; }

  // Has a tracing program loaded and attached with the scheduler, if the running kernel has what it
  // hooks to; false where it has not, and the scheduler runs without. For programs of the sections
  // fentry, fexit, tp_btf and tracepoint, declared with a '?' so that they stay out otherwise:
  //   SEC("?tp_btf/sched_process_exec") …    opened.enable(opened.skeleton().progs.lavd_exec);
  // A tracepoint is found only where tracefs is mounted.
  bool enable(bpf_program* program) {
    if (!kernel_) {
      auto kernel = KernelBtf::load(btf_path_);
      if (!kernel) return false;  // load() says why
      kernel_ = *std::move(kernel);
    }
    return detail::enable(program, *kernel_);
  }

  // Chooses the ops form, fills the tables for this machine, and has the kernel verify and load.
  // Errors: unsupported when the kernel lacks something, rejected when the verifier refused (the
  // whole log is the error's evidence), permission, missing.
  Result<Loaded<Skel>> load(const Machine& machine, const LoadOptions& options = {}) && {
    detail::LogScope log;
    detail::LoadPlan plan = SCX_TRY(detail::prepare(skel_->obj, machine, options));
    const int err = Skel::load(skel_.get());
    SCX_TRY(detail::finish(skel_->obj, plan, err, log.text()));
    return Loaded<Skel>(std::move(skel_), std::move(plan));
  }

 private:
  Opened(detail::Owned<Skel> skel, std::string btf_path)
      : skel_(std::move(skel)), btf_path_(std::move(btf_path)) {}
  detail::Owned<Skel> skel_;
  std::string btf_path_;
  std::optional<KernelBtf> kernel_;  // once somebody asks
};

}  // namespace scx
