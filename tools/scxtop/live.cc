// SPDX-License-Identifier: GPL-2.0-only
#include "live.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "draw.h"
#include "feed.h"
#include "screen.h"
#include "scx/base/fd.h"

namespace scx::scxtop {
namespace {

// The signals that the loop takes as events, as long as this lives. Ctrl-Z is among them, with a
// handler that never runs: without one ncurses ignores it whenever it paints, so that it is lost.
class Signals {
 public:
  Signals() : stop_before_(std::signal(SIGTSTP, [](int) {})) {
    sigset_t taken;
    ::sigemptyset(&taken);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH})
      ::sigaddset(&taken, signal);
    ::pthread_sigmask(SIG_BLOCK, &taken, &before_);
    fd_ = Fd{::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)};
  }
  ~Signals() {
    std::signal(SIGTSTP, stop_before_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const { return fd_.get(); }
  // The next one; 0 when there is none.
  int take() {
    signalfd_siginfo info{};
    return ::read(fd_.get(), &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo)
                                                                  : 0;
  }
  // What Ctrl-Z does to a program that does not mind; returns when the shell goes on with it.
  void stop() {
    sigset_t taken;
    ::sigemptyset(&taken);
    ::sigaddset(&taken, SIGTSTP);
    const auto handler = std::signal(SIGTSTP, stop_before_);
    std::raise(SIGTSTP);
    ::pthread_sigmask(SIG_UNBLOCK, &taken, nullptr);
    ::pthread_sigmask(SIG_BLOCK, &taken, nullptr);
    std::signal(SIGTSTP, handler);
  }

 private:
  void (*stop_before_)(int);
  sigset_t before_;
  Fd fd_;
};

// An error that trying again does not cure.
bool is_final(const Error& error) {
  return error.kind == ErrorKind::permission || error.kind == ErrorKind::usage;
}

class Live {
 public:
  Live(Screen screen, Signals& signals, const std::string& socket, View view)
      : screen_(std::move(screen)),
        signals_(signals),
        view_(view),
        socket_(socket),
        feed_(socket, view.interval_s) {
    model_.socket = socket;
    model_.notice = "connecting";
  }

  Result<int> run() {
    for (;;) {
      show();
      std::array<pollfd, 3> fds{
          {{STDIN_FILENO, POLLIN, 0}, {signals_.fd(), POLLIN, 0}, {feed_.fd(), POLLIN, 0}}};
      if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR)
        return fail_errno(errno, "cannot wait for the terminal");
      if (const auto signal = take_signals()) return *signal;
      if (take_keys()) return 0;
      if ((fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return 0;
      SCX_TRY(take_news());
    }
  }

 private:
  void show() {
    const Frame frame = draw(model_, view_, screen_.size());
    extent_ = frame.extent;
    view_.scroll = std::min(view_.scroll, last_scroll(extent_));
    screen_.show(frame.lines, view_.colour);
  }

  // The one that ends the program, if it came.
  std::optional<int> take_signals() {
    while (const int signal = signals_.take()) {
      if (signal == SIGTSTP) {
        screen_.leave();
        signals_.stop();
        screen_.resized();
      } else if (signal == SIGWINCH) {
        screen_.resized();
      } else {
        return signal;
      }
    }
    return {};
  }

  bool take_keys() {
    for (Key key = screen_.key(); key != Key::none; key = screen_.key()) {
      if (key == Key::quit) return true;
      if (key == Key::redraw) screen_.repaint();
      press(key, view_, extent_);
      feed_.set(view_.interval_s, view_.paused, view_.shown);
    }
    return false;
  }

  Status take_news() {
    auto news = feed_.take();
    if (!news) return {};
    if (news->error && is_final(*news->error)) return std::unexpected(*std::move(news->error));
    model_ = std::move(news->model);
    model_.socket = model_.socket.empty() ? socket_ : model_.socket;
    return {};
  }

  Screen screen_;
  Signals& signals_;
  View view_;
  Extent extent_;
  Model model_;
  std::string socket_;
  Feed feed_;
};

}  // namespace

Result<int> run_live(const std::string& socket, View view) {
  Signals signals;
  return Live(SCX_TRY(Screen::open(view.colour)), signals, socket, view).run();
}

}  // namespace scx::scxtop
