// SPDX-License-Identifier: GPL-2.0-only
#include "screen.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "text.h"

// After all others: it defines macros with short names.
#define NCURSES_NOMACROS 1
#include <curses.h>

namespace scx::scxtop {
namespace {

enum Pair : short { green = 1, yellow, red, cyan };

// Of a style: attributes, and a pair of colours where there are some.
struct Look {
  attr_t attributes;
  short pair;
};

Look look_of(Style style, bool colour) {
  const auto coloured = [colour](short pair, attr_t without) {
    return colour ? Look{A_NORMAL, pair} : Look{without, 0};
  };
  switch (style) {
    case Style::plain:
      return {A_NORMAL, 0};
    case Style::title:
      return {A_BOLD, colour ? short{cyan} : short{0}};
    case Style::dim:
      return {A_DIM, 0};
    case Style::low:
      return coloured(green, A_NORMAL);
    case Style::middle:
      return coloured(yellow, A_NORMAL);
    case Style::high:
      return coloured(red, A_BOLD);
    case Style::bar:
      return {A_REVERSE, 0};
    case Style::alert:
      return {A_REVERSE | A_BOLD, colour ? short{red} : short{0}};
  }
  return {A_NORMAL, 0};
}

bool start_colours() {
  if (!::has_colors() || ::start_color() == ERR) return false;
  // The terminal's own background, where it lets programs have that.
  const short background = ::use_default_colors() == ERR ? short{COLOR_BLACK} : short{-1};
  ::init_pair(green, COLOR_GREEN, background);
  ::init_pair(yellow, COLOR_YELLOW, background);
  ::init_pair(red, COLOR_RED, background);
  ::init_pair(cyan, COLOR_CYAN, background);
  return true;
}

Key key_of(int code) {
  switch (code) {
    case 'q':
    case 'Q':
      return Key::quit;
    case 'h':
    case 'H':
    case '?':
      return Key::help;
    case '+':
    case '=':
      return Key::slower;
    case '-':
    case '_':
      return Key::faster;
    case 'p':
    case 'P':
    case ' ':
      return Key::pause;
    case 's':
    case 'S':
      return Key::sort;
    case 'c':
    case 'C':
      return Key::colour;
    case '\t':
      return Key::next;
    case KEY_UP:
    case 'k':
      return Key::up;
    case KEY_DOWN:
    case 'j':
      return Key::down;
    case KEY_PPAGE:
      return Key::page_up;
    case KEY_NPAGE:
      return Key::page_down;
    case KEY_HOME:
      return Key::top;
    case KEY_END:
      return Key::end;
    case 'L' - '@':
      return Key::redraw;
    default:
      break;
  }
  if (code >= '1' && code <= '5')
    return static_cast<Key>(static_cast<int>(Key::section1) + code - '1');
  return Key::none;
}

}  // namespace

struct Screen::Terminal {
  SCREEN* screen = nullptr;
  bool colour = false;
  bool utf8 = false;

  ~Terminal() {
    ::endwin();
    ::delscreen(screen);
  }
};

Screen::Screen(std::unique_ptr<Terminal> terminal) : terminal_(std::move(terminal)) {}
Screen::~Screen() = default;
Screen::Screen(Screen&&) noexcept = default;

Result<Screen> Screen::open(bool colour) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0)
    return fail(ErrorKind::usage, "standard input and output are no terminal",
                "use --once or --json");
  SCREEN* screen = ::newterm(nullptr, stdout, stdin);
  if (screen == nullptr) {
    const char* name = std::getenv("TERM");
    return fail(
        ErrorKind::unsupported,
        std::string("ncurses does not know the terminal '") + (name ? clean(name) : "") + "'",
        "set TERM, or use --once");
  }
  auto terminal = std::make_unique<Terminal>();
  terminal->screen = screen;
  terminal->utf8 = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
  terminal->colour = colour && start_colours();
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(::stdscr, true);
  ::nodelay(::stdscr, true);
  ::set_escdelay(25);
  ::curs_set(0);
  return Screen(std::move(terminal));
}

Size Screen::size() const {
  return {static_cast<std::size_t>(std::max(getmaxy(::stdscr), 0)),
          static_cast<std::size_t>(std::max(getmaxx(::stdscr), 0))};
}

void Screen::resized() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
    ::resizeterm(size.ws_row, size.ws_col);
  repaint();
}

void Screen::leave() { ::endwin(); }

void Screen::repaint() { ::clearok(::stdscr, true); }

void Screen::show(const Lines& lines, bool colour) {
  const bool coloured = colour && terminal_->colour;
  ::werase(::stdscr);
  for (std::size_t row = 0; row < lines.size(); ++row) {
    int column = 0;
    for (const Span& span : lines[row].spans()) {
      const Look look = look_of(span.style, coloured);
      ::wattr_set(::stdscr, look.attributes, look.pair, nullptr);
      const std::string text = terminal_->utf8 ? span.text : to_ascii(span.text);
      // The last cell of the screen gives an error, since the cursor cannot go on; it is painted.
      ::mvaddstr(static_cast<int>(row), column, text.c_str());
      column += static_cast<int>(width(span.text));
    }
  }
  ::wattr_set(::stdscr, A_NORMAL, 0, nullptr);
  ::wrefresh(::stdscr);
}

Key Screen::key() {
  for (;;) {
    const int code = ::wgetch(::stdscr);
    if (code == ERR) return Key::none;
    if (const Key key = key_of(code); key != Key::none) return key;
  }
}

}  // namespace scx::scxtop
