// SPDX-License-Identifier: GPL-2.0-only
#include "counters.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

#include "scx/base/file.h"

namespace scx::bench {

namespace {

// The line "ctxt N" of /proc/stat.
Result<std::uint64_t> switches_since_boot() {
  const std::string stat = SCX_TRY(read_file("/proc/stat"));
  constexpr std::string_view key = "\nctxt ";
  const std::size_t at = stat.find(key);
  std::uint64_t count = 0;
  if (at == std::string::npos ||
      std::from_chars(stat.data() + at + key.size(), stat.data() + stat.size(), count).ec !=
          std::errc())
    return fail(ErrorKind::invalid, "/proc/stat has no count of context switches");
  return count;
}

Result<Fd> count_migrations(int cpu) {
  perf_event_attr what{};
  what.size = sizeof what;
  what.type = PERF_TYPE_SOFTWARE;
  what.config = PERF_COUNT_SW_CPU_MIGRATIONS;
  const long fd = ::syscall(SYS_perf_event_open, &what, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) return fail_errno(errno, "counting migrations on CPU " + std::to_string(cpu));
  return Fd(static_cast<int>(fd));
}

}  // namespace

Result<MachineCounter> MachineCounter::start() {
  MachineCounter counter;
  const long cpus = ::sysconf(_SC_NPROCESSORS_ONLN);
  for (int cpu = 0; cpu < cpus; cpu++)
    counter.migrations_.push_back(SCX_TRY(count_migrations(cpu)));
  counter.switches_ = SCX_TRY(switches_since_boot());
  return counter;
}

Result<MachineCount> MachineCounter::read() const {
  MachineCount count{.switches = SCX_TRY(switches_since_boot()) - switches_};
  for (const Fd& fd : migrations_) {
    std::uint64_t one = 0;
    if (::read(fd.get(), &one, sizeof one) != sizeof one)
      return fail_errno(errno, "reading a count of migrations");
    count.migrations += one;
  }
  return count;
}

}  // namespace scx::bench
