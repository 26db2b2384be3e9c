// SPDX-License-Identifier: GPL-2.0-only
//
// A workload's processes: one group, started together by a word, ended together. Not for threads.
//
//   Children children = SCX_TRY(Children::make());
//   SCX_TRY(children.add([] { return spin(); }));   // forks; waits for go() before it works
//   children.go();
//   SCX_TRY(children.wait());                       // all of them ended well
#pragma once

#include <functional>
#include <vector>

#include "scx/base/fd.h"
#include "scx/base/result.h"

namespace scx::bench {

class Children {
 public:
  static Result<Children> make();
  Children(Children&&) noexcept;
  ~Children();  // kills those that still run

  // Forks a process that waits for go(), does the work and ends; the work says whether it went
  // well.
  Status add(const std::function<bool()>& work);

  // Returns once every process stands at the start, and lets them all run.
  Status go();

  // Waits until all have ended. Errors: io when one of them failed.
  Status wait();

  // The same signal to all of them in one system call, so that none runs on while others no longer
  // do.
  void signal(int number) const;

  const std::vector<int>& pids() const { return pids_; }

 private:
  Children() = default;

  Fd ready_read_, ready_write_;  // each process writes a byte when it stands at the start
  Fd go_read_, go_write_;        // closed by go(), which is what they wait for
  std::vector<int> pids_;        // the first is the group's
};

// So many processes for each online CPU, all of which compute without end already.
Result<Children> start_hogs(int per_cpu);

}  // namespace scx::bench
