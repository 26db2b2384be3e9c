// SPDX-License-Identifier: GPL-2.0-only
//
// scxtop: shows what a scheduler does, live, by what it serves on its socket.
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <thread>

#include "collect.h"
#include "command.h"
#include "draw.h"
#include "json.h"
#include "live.h"
#include "options.h"
#include "text.h"

namespace scx::scxtop {
namespace {

View view_of(const Options& options) {
  View view;
  view.interval_s = options.interval_s;
  view.colour = options.colour;
  return view;
}

std::size_t columns(const Options& options) {
  winsize size{};
  if (options.width) return *options.width;
  const bool told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return told ? size.ws_col : 80;
}

std::string as_text(const Model& model, const Options& options) {
  std::string text;
  for (const Line& line : draw_whole(model, view_of(options), columns(options))) {
    std::string one = line.text();
    one.erase(one.find_last_not_of(' ') + 1);
    text += one + "\n";
  }
  const bool utf8 = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
  return utf8 ? text : to_ascii(text);
}

// Two looks: what is a rate or counts from a connection's previous request needs both.
Status show_once(const Options& options) {
  Collector collector({.path = options.socket});
  const auto begun = std::chrono::steady_clock::now();
  SCX_TRY(collector.collect(kAllSections));
  std::this_thread::sleep_until(begun + std::chrono::duration<double>(options.interval_s));
  SCX_TRY(collector.collect(kAllSections));
  const Model& model = collector.model();
  const std::string text = options.json ? to_json(model) : as_text(model, options);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return fail_errno(errno, "cannot write to standard output");
  return {};
}

Result<int> show(const Options& options) {
  if (!options.once && !options.json) return run_live(options.socket, view_of(options));
  SCX_TRY(show_once(options));
  return 0;
}

// Whoever waits for the program sees that a signal ended it.
int end_by(int signal) {
  if (signal == 0) return 0;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  return 128 + signal;
}

}  // namespace
}  // namespace scx::scxtop

int main(int argc, char** argv) try {
  // Only which characters the terminal knows; numbers stay as they are everywhere.
  std::setlocale(LC_CTYPE, "");
  // A reader that goes away is seen where the text is written.
  std::signal(SIGPIPE, SIG_IGN);
  const auto [options, exit_status] = scx::scxtop::parse_options(argc, argv);
  if (exit_status) return *exit_status;
  const auto shown = scx::scxtop::show(options);
  return shown ? scx::scxtop::end_by(*shown) : scx::tools::report("scxtop", shown.error());
} catch (const std::exception& error) {
  std::fprintf(stderr, "scxtop: %s\n", error.what());
  return 1;
}
