// SPDX-License-Identifier: GPL-2.0-only
//
// A task's allowed cids, from the kernel's masks in either form.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <thread>

#include "library.h"
#include "scx/base/fd.h"

namespace scx::test {
namespace {

// The kernel's arena cmask: struct scx_cmask of the running kernels, 7.2 on.
struct Cmask {
  u32 base, nr_cids, alloc_words;
  u32 pad;
  u64 bits[];
};

class TaskCids : public LibraryTest {
 protected:
  // The kernel's mask of cids base … base + nr - 1, of which `cids` are set; it lies in set_b's
  // array.
  u64 write_cmask(u32 base, u32 nr, const Cids& cids) {
    auto* cmask = reinterpret_cast<Cmask*>(library_->set_b().data());
    cmask->base = base;
    cmask->nr_cids = nr;
    cmask->alloc_words = (nr + 63) / 64 + 1;
    for (u32 word = 0; word < cmask->alloc_words && word + 2 < library_->counts().nr_cids; ++word)
      cmask->bits[word] = 0;
    for (const int cid : cids)
      cmask->bits[static_cast<u32>(cid) / 64 - base / 64] |= 1ull << (cid % 64);
    return reinterpret_cast<u64>(cmask);
  }
  s64 copy(u64 cmask) {
    return library_->result(library_->progs().copy_cmask,
                            {.a = address(library_->set_a()), .b = cmask});
  }
};
INSTANTIATE_TEST_SUITE_P(, TaskCids, ::testing::ValuesIn(sized_machines()),
                         [](const auto& test) { return test.param.name; });

TEST_P(TaskCids, ACmaskOfTheWholeMachineIsCopied) {
  const u32 nr_cids = library_->counts().nr_cids;
  for (int turn = 0; turn < 20; ++turn) {
    const Cids cids = random_cids(random_, nr_cids, 1 + static_cast<u32>(below(5)));
    write(library_->set_a(), random_cids(random_, nr_cids, 2));  // what was there is gone
    EXPECT_EQ(copy(write_cmask(0, nr_cids, cids)), static_cast<s64>(cids.size()));
    EXPECT_EQ(read(library_->set_a()), cids);
  }
}

TEST_P(TaskCids, ACmaskOfAPartCountsInItsPartOnly) {
  const u32 nr_cids = library_->counts().nr_cids;
  for (int turn = 0; turn < 20; ++turn) {
    const u32 base = static_cast<u32>(below(nr_cids)),
              nr = static_cast<u32>(below(nr_cids - base)) + 1;
    Cids cids = random_cids(random_, nr_cids, 2);
    std::erase_if(cids, [&](int cid) {
      return static_cast<u32>(cid) < base || static_cast<u32>(cid) >= base + nr;
    });
    const u64 cmask = write_cmask(base, nr, cids);
    // Bits of the first word below the base are nobody's.
    if (base % 64 > 0) reinterpret_cast<Cmask*>(cmask)->bits[0] |= 1;
    EXPECT_EQ(copy(cmask), static_cast<s64>(cids.size())) << base << " + " << nr;
    EXPECT_EQ(read(library_->set_a()), cids) << base << " + " << nr;
  }
}

TEST_P(TaskCids, AnEmptyCmaskAllowsNothing) {
  write(library_->set_a(), {0, 1, 2});
  EXPECT_EQ(copy(write_cmask(0, 0, {})), 0);
  EXPECT_EQ(read(library_->set_a()), Cids());
}

// Of the machines, those whose masks are one word long, as this machine's kernel has them at least:
// on a larger one the library would read beyond the kernel's mask.
std::vector<SizedMachine> small_machines() {
  auto machines = sized_machines();
  std::erase_if(machines,
                [](const SizedMachine& m) { return m.make().possible.last().value() >= 64; });
  machines.push_back({"ThisOne", [] { return read_machine({}).value_or(RawTopology{}); }});
  return machines;
}

class TaskAffinity : public LibraryTest {
 protected:
  static constexpr int kTurns = 200;

  void SetUp() override {
    if (::sched_getaffinity(0, sizeof(all_), &all_) != 0 || word(all_) == 0 ||
        CPU_COUNT(&all_) > 64)
      GTEST_SKIP() << "this machine has too many CPUs";
    LibraryTest::SetUp();
  }

  static u64 word(const cpu_set_t& cpus) {
    u64 bits = 0;
    for (std::size_t cpu = 0; cpu < 64; ++cpu)
      bits |= static_cast<u64>(CPU_ISSET(cpu, &cpus) != 0) << cpu;
    return bits;
  }

  // The cids are those of the CPUs that the kernel allows at that moment, which is returned; 0 when
  // that changed meanwhile. `sleep_on`: a byte that the program reads before.
  u64 translated(u64 sleep_on = 0) {
    write(library_->set_a(), random_cids(random_, library_->counts().nr_cids, 2));
    const auto said = library_->run(library_->progs().translate_cpumask,
                                    {.a = address(library_->set_a()), .b = sleep_on});
    if (!said.flag) return 0;
    Cids expected;
    for (u32 cpu = 0; cpu < library_->counts().nr_cpu_ids; ++cpu)
      if (said.b >> cpu & 1) expected.insert(library_->tables().cpu_cids[cpu]);
    EXPECT_EQ(said.result, static_cast<s64>(expected.size())) << said.b;
    EXPECT_EQ(read(library_->set_a()), expected) << said.b;
    return said.b;
  }

  cpu_set_t all_{};
};
INSTANTIATE_TEST_SUITE_P(, TaskAffinity, ::testing::ValuesIn(small_machines()),
                         [](const auto& test) { return test.param.name; });

TEST_P(TaskAffinity, CpusBecomeCids) {
  const auto expect_translated = [this](const cpu_set_t& cpus) {
    ASSERT_EQ(::sched_setaffinity(0, sizeof(cpus), &cpus), 0);
    int turns = 0;
    while (turns < kTurns && translated() != word(cpus)) ++turns;
    EXPECT_LT(turns, kTurns) << "the kernel never had the affinity that was set";
  };
  std::thread([&] {
    expect_translated(all_);
    for (std::size_t cpu = 0; cpu < 64; ++cpu) {
      if (!CPU_ISSET(cpu, &all_)) continue;
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      expect_translated(one);
    }
  }).join();
}

// A page whose first reader sleeps until a thread gives him the page.
class SlowPage {
 public:
  SlowPage() : fd_(static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC))) {
    page_ = ::mmap(nullptr, kSize, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uffdio_api api{.api = UFFD_API, .features = 0, .ioctls = 0};
    uffdio_register area{.range = range(), .mode = UFFDIO_REGISTER_MODE_MISSING, .ioctls = 0};
    if (!fd_ || ::ioctl(fd_.get(), UFFDIO_API, &api) != 0 ||
        ::ioctl(fd_.get(), UFFDIO_REGISTER, &area) != 0)
      return;
    giver_ = std::thread([this] {
      uffd_msg fault{};
      if (::read(fd_.get(), &fault, sizeof(fault)) != sizeof(fault)) return;
      uffdio_zeropage zero{.range = range(), .mode = 0, .zeropage = 0};
      ::ioctl(fd_.get(), UFFDIO_ZEROPAGE, &zero);
    });
  }
  ~SlowPage() {
    if (giver_.joinable()) giver_.join();
    ::munmap(page_, kSize);
  }
  bool works() const { return giver_.joinable(); }
  u64 address() const { return reinterpret_cast<u64>(page_); }

 private:
  static constexpr std::size_t kSize = 4096;
  uffdio_range range() const { return {address(), kSize}; }

  Fd fd_;
  void* page_ = nullptr;
  std::thread giver_;
};

// A task that must not migrate for a while (a test run's must not) keeps nr_cpus_allowed, but its
// mask is one CPU from the moment that it sleeps.
TEST_P(TaskAffinity, ATaskThatMustNotMigrateHasOneCid) {
  if (CPU_COUNT(&all_) < 2) GTEST_SKIP() << "a machine of one CPU";
  const SlowPage page;
  if (!page.works()) GTEST_SKIP() << "no userfaultfd here";
  EXPECT_EQ(std::popcount(translated(page.address())), 1);
}

}  // namespace
}  // namespace scx::test
