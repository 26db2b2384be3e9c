// SPDX-License-Identifier: GPL-2.0-only
#include "bus.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace lavd::test {
namespace {

bool accepts(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

TestBus::TestBus() {
  dir_.write("bus.conf",
             "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
             "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
             "<busconfig><listen>unix:path=" +
                 socket_.string() +
                 "</listen><auth>EXTERNAL</auth><policy context=\"default\">"
                 "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/>"
                 "</policy></busconfig>\n");
  start();
}

TestBus::~TestBus() { stop(); }

bool TestBus::start() {
  const std::string config = "--config-file=" + (dir_.path() / "bus.conf").string();
  const char* arguments[] = {"dbus-daemon", "--nofork", "--nopidfile", config.c_str(), nullptr};
  if (::posix_spawnp(&pid_, arguments[0], nullptr, nullptr, const_cast<char**>(arguments),
                     environ) != 0)
    return false;
  for (int tries = 0; tries < 500 && !running_; ++tries) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return pid_ = -1, false;
    running_ = accepts(socket_);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return running_;
}

void TestBus::stop() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_ = -1;
  running_ = false;
}

struct FakeService::Bus {
  sd_bus* bus = nullptr;
  ~Bus() { sd_bus_flush_close_unref(bus); }
};

FakeService::FakeService(const std::string& address, std::string name, std::string profile)
    : name_(std::move(name)), bus_(std::make_unique<Bus>()), profile_(std::move(profile)) {
  sd_bus*& bus = bus_->bus;
  EXPECT_GE(sd_bus_new(&bus), 0);
  EXPECT_GE(sd_bus_set_address(bus, address.c_str()), 0);
  EXPECT_GE(sd_bus_set_bus_client(bus, 1), 0);
  EXPECT_GE(sd_bus_start(bus), 0);
  const auto answer = [](sd_bus_message* asked, void* self, sd_bus_error*) {
    FakeService& me = *static_cast<FakeService*>(self);
    const bool is_tuned = me.name_ == "com.redhat.tuned";
    if (!sd_bus_message_is_method_call(
            asked, is_tuned ? "com.redhat.tuned.control" : "org.freedesktop.DBus.Properties",
            is_tuned ? "active_profile" : "Get"))
      return 0;
    ++me.questions_;
    const std::lock_guard lock(me.mutex_);
    const char* text = me.profile_.c_str();
    return is_tuned ? sd_bus_reply_method_return(asked, "s", text)
                    : sd_bus_reply_method_return(asked, "v", "s", text);
  };
  std::string path = "/" + name_;
  std::ranges::replace(path, '.', '/');
  if (name_ == "com.redhat.tuned") path = "/Tuned";
  EXPECT_GE(sd_bus_add_object(bus, nullptr, path.c_str(), answer, this), 0);
  EXPECT_GE(sd_bus_request_name(bus, name_.c_str(), 0), 0);
  thread_ = std::jthread([this](std::stop_token stop) { serve(stop); });
}

FakeService::~FakeService() {
  thread_.request_stop();
  thread_.join();
}

void FakeService::set(const std::string& profile) {
  const std::lock_guard lock(mutex_);
  profile_ = profile;
  changed_ = true;
}

void FakeService::serve(std::stop_token stop) {
  sd_bus* bus = bus_->bus;
  while (!stop.stop_requested()) {
    while (sd_bus_process(bus, nullptr) > 0) {
    }
    std::unique_lock lock(mutex_);
    if (std::exchange(changed_, false)) {
      if (name_ == "com.redhat.tuned") {
        sd_bus_emit_signal(bus, "/Tuned", "com.redhat.tuned.control", "profile_changed", "sbs",
                           profile_.c_str(), 1, "");
      } else {
        std::string path = "/" + name_;
        std::ranges::replace(path, '.', '/');
        sd_bus_emit_signal(bus, path.c_str(), "org.freedesktop.DBus.Properties",
                           "PropertiesChanged", "sa{sv}as", name_.c_str(), 1, "ActiveProfile", "s",
                           profile_.c_str(), 0);
      }
    }
    lock.unlock();
    sd_bus_wait(bus, 5'000);
  }
}

}  // namespace lavd::test
