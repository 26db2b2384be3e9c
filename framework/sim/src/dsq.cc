// SPDX-License-Identifier: GPL-2.0-only
#include "task.h"

namespace scx::sim {

void Dsq::put(Task& task, Key key) {
  task.key = key;
  task.dsq = this;
  task.where = Where::in_dsq;
  tasks_.insert({key, &task});
}

void Dsq::add(Task& task, bool head) { put(task, {0, head ? --first_ : ++last_}); }

void Dsq::add_by_vtime(Task& task) { put(task, {task.scx.dsq_vtime, ++last_}); }

void Dsq::remove(Task& task) {
  tasks_.erase({task.key, &task});
  task.dsq = nullptr;
  task.where = Where::moving;
}

}  // namespace scx::sim
