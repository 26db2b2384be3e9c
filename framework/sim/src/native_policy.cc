// SPDX-License-Identifier: GPL-2.0-only
#include "scx/sim/native_policy.h"

#include <dlfcn.h>
#include <fmt/core.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "elf_symbols.h"
#include "low_memory.h"
#include "scx/base/file.h"
#include "scx/framework/tables.h"
#include "scx/sim/kernel.h"

namespace scx::sim {
namespace {

struct Unload {
  void operator()(void* handle) const { ::dlclose(handle); }
};
using Handle = std::unique_ptr<void, Unload>;

constexpr char kOpsSuffix[] = "_ops";

// A number that is the policy's own. Whether it is constant to the policy, the object does not
// tell.
bool is_knob(std::string_view name, const ElfVariable& variable) {
  const std::uint64_t size = variable.size;
  return (size == 1 || size == 2 || size == 4 || size == 8) && !name.starts_with("scx_") &&
         !name.starts_with("_");
}

}  // namespace

struct NativePolicy::Impl {
  std::filesystem::path file;
  std::map<std::string, ElfVariable, std::less<>> variables;
  LowMemory memory;
  Handle handle;
  std::uint64_t loaded_at = 0;
  Tables tables;
  OrderTables orders;
  const OpsTable* ops = nullptr;
  std::vector<std::pair<ElfVariable, std::int64_t>> knobs;  // that were set

  std::span<std::byte> find(std::string_view name) const {
    const auto at = variables.find(name);
    if (at == variables.end()) return {};
    return {reinterpret_cast<std::byte*>(loaded_at + at->second.offset), at->second.size};
  }

  // Read-only variables lie in pages that may be written from now on.
  Status make_writable() const {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    for (const auto& [name, variable] : variables) {
      if (!variable.read_only) continue;
      const std::uint64_t at = loaded_at + variable.offset, first = at / page * page;
      if (::mprotect(reinterpret_cast<void*>(first), at + variable.size - first,
                     PROT_READ | PROT_WRITE) != 0)
        return fail_errno(errno, "cannot write the read-only data of " + file.string());
    }
    return {};
  }

  template <typename T>
  void store(std::string_view name, const T& value) const {
    const auto memory_of = find(name);
    if (memory_of.size() == sizeof(T)) std::memcpy(memory_of.data(), &value, sizeof(T));
  }

  void set(const ElfVariable& knob, std::int64_t value) const {
    std::memcpy(reinterpret_cast<void*>(loaded_at + knob.offset), &value, knob.size);
  }

  Status load_object();
  Status fill(const Machine& machine);
};

Status NativePolicy::Impl::load_object() {
  handle = Handle(::dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle)
    return fail(ErrorKind::invalid,
                fmt::format("cannot load the policy {}: {}", file.string(), ::dlerror()));
  link_map* map = nullptr;
  ::dlinfo(handle.get(), RTLD_DI_LINKMAP, &map);
  loaded_at = map->l_addr;
  for (const auto& [name, variable] : variables)
    if (name.ends_with(kOpsSuffix) && variable.size == sizeof(OpsTable))
      ops = reinterpret_cast<const OpsTable*>(loaded_at + variable.offset);
  if (ops && find("scx_sim_link").size() == sizeof(scx_sim_link)) return make_writable();
  return fail(ErrorKind::invalid, fmt::format("{} holds no policy", file.string()),
              "name one that scxx_add_scheduler() made, such as lavd.sim.so");
}

// As the framework fills a BPF object (object_tables.cc), but the tables lie where they are.
Status NativePolicy::Impl::fill(const Machine& machine) {
  tables = make_tables(machine);
  store("scx_cids", tables.cids.data());
  store("scx_cpu_cids", tables.cpu_cids.data());
  store("scx_domains", tables.domains.data());
  store("scx_neighbors", tables.neighbors.data());
  store("scx_llcs", tables.llcs.data());
  store("scx_nodes", tables.nodes.data());
  scx_machine& counts = tables.machine;
  if (!find("scx_order_steps").empty()) {
    orders = make_order_tables(machine);
    add_counts(counts, orders);
    store("scx_order_steps", orders.steps.data());
    store("scx_order_words", orders.words.data());
  }
  counts.cid_form = 1;
  ArenaLayout layout(counts, memory.base());
  for (const auto& [name, variable] : variables) {
    if (!name.starts_with("scx_per_") || variable.size != sizeof(scx_arena_array)) continue;
    scx_arena_array array;
    std::memcpy(&array, find(name).data(), sizeof(array));
    layout.place(name, array);
    store(name, array);
  }
  const std::uint64_t bytes = layout.end() - memory.base();
  if (!memory.pages(bytes / 4096 + 1))
    return fail(ErrorKind::invalid, "the arrays of this machine do not fit into the arena");
  auto* const usable = reinterpret_cast<u64*>(counts.usable_addr);
  for (u32 cid = 0; cid < counts.nr_online; ++cid) usable[cid / 64] |= 1ull << (cid % 64);
  store("scx_machine", counts);
  return {};
}

NativePolicy::NativePolicy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NativePolicy::~NativePolicy() = default;

Result<std::unique_ptr<NativePolicy>> NativePolicy::load(const std::filesystem::path& file,
                                                         const Machine& machine) {
  auto variables = SCX_TRY(read_variables(file));
  LowMemory memory = SCX_TRY(LowMemory::reserve());
  auto impl = std::make_unique<Impl>(
      Impl{file, std::move(variables), std::move(memory), nullptr, 0, {}, {}, nullptr, {}});
  SCX_TRY(impl->load_object());
  SCX_TRY(impl->fill(machine));
  return std::unique_ptr<NativePolicy>(new NativePolicy(std::move(impl)));
}

Status NativePolicy::reload(const Machine& machine) {
  impl_->ops = nullptr;
  impl_->handle.reset();
  impl_->memory.clear();
  SCX_TRY(impl_->load_object());
  SCX_TRY(impl_->fill(machine));
  for (const auto& [knob, value] : impl_->knobs) impl_->set(knob, value);
  return {};
}

Status NativePolicy::set_knob(std::string_view name, std::string_view value) {
  std::string known;
  for (const auto& [knob, variable] : impl_->variables) {
    if (!is_knob(knob, variable)) continue;
    if (knob != name) {
      known += (known.empty() ? "" : ", ") + knob;
      continue;
    }
    auto parsed = parse_int(value);
    if (value == "true" || value == "false") parsed = value == "true";
    const int bits = static_cast<int>(variable.size) * 8;
    if (!parsed || (bits < 64 && (*parsed >= 1ll << bits || *parsed < -(1ll << (bits - 1)))))
      return fail(ErrorKind::invalid, fmt::format("the knob {} cannot be {}", name, value),
                  fmt::format("it is a number of {} bits, or true or false", bits));
    impl_->set(variable, *parsed);
    impl_->knobs.emplace_back(variable, *parsed);
    return {};
  }
  return fail(ErrorKind::usage, fmt::format("the policy has no knob {}", name),
              "it has " + (known.empty() ? "none" : known));
}

const OpsTable& NativePolicy::ops() const { return *impl_->ops; }

void NativePolicy::link(const scx_sim_calls& calls, void* kernel) {
  impl_->store("scx_sim_link", scx_sim_link{&calls, kernel});
}

const u64* NativePolicy::blocks() const {
  const auto counter = impl_->find("scx_sim_blocks");
  return counter.size() == sizeof(u64) ? reinterpret_cast<const u64*>(counter.data()) : nullptr;
}

void* NativePolicy::arena_pages(u32 pages) {
  return reinterpret_cast<void*>(impl_->memory.pages(pages));
}

}  // namespace scx::sim
