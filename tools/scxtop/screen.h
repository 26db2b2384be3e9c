// SPDX-License-Identifier: GPL-2.0-only
//
// Screen: the terminal, by ncurses, and nothing else of the program knows it. It puts lines there
// and reads keys.
//
// The terminal is taken over by open() and given back by the destructor, whatever happens in
// between. Only one at a time, on one thread.
#pragma once

#include <memory>

#include "draw.h"
#include "scx/base/result.h"

namespace scx::scxtop {

class Screen {
 public:
  // Standard input and output. Errors: usage when one of them is no terminal, unsupported for a
  // terminal that ncurses does not know.
  static Result<Screen> open(bool colour);

  ~Screen();
  Screen(Screen&&) noexcept;

  Size size() const;
  // After a SIGWINCH.
  void resized();

  // Takes the terminal back after leave().
  void show(const Lines& lines, bool colour);
  // Gives the terminal back for a while.
  void leave();
  // Paints all of it at the next show().
  void repaint();

  // The next key that was pressed; none when there is none. Does not wait.
  Key key();

 private:
  struct Terminal;
  explicit Screen(std::unique_ptr<Terminal> terminal);
  std::unique_ptr<Terminal> terminal_;
};

}  // namespace scx::scxtop
