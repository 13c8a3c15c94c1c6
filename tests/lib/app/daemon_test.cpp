#include "app/daemon.hpp"

#include <cstdio>
#include <cstring>
#include <iostream>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/log.hpp"
#include "app_test_support.hpp"
#include "support/child_process.hpp"

namespace trade::app {
namespace {

namespace fs = std::filesystem;

class Daemons : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(create_home(home)); }

  /// Runs a daemon in a process of its own; what it writes goes to files.
  std::unique_ptr<test::ChildProcess> start(std::vector<std::string> arguments,
                                            std::function<Status(DaemonContext&)> body,
                                            std::function<void(CLI::App&)> add_options = {}) {
    std::fflush(stdout);
    return std::make_unique<test::ChildProcess>([=, this] {
      redirect(STDOUT_FILENO, directory / "stdout");
      redirect(STDERR_FILENO, directory / "stderr");
      std::vector<std::string> texts = {"tradingd"};
      texts.insert(texts.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (std::string& text : texts)
        pointers.push_back(text.data());
      const DaemonDescription description{"tradingd", "Takes orders", add_options};
      const int status = run_daemon(static_cast<int>(pointers.size()), pointers.data(), description, body);
      std::cout.flush();
      return status;
    });
  }
  std::vector<std::string> home_options() const { return {"--home", home.root.string()}; }
  std::string standard_error() const { return read_file(directory / "stderr"); }
  std::string standard_output() const { return read_file(directory / "stdout"); }

  test::TemporaryDirectory directory;
  Home home{directory / "home"};

 private:
  static void redirect(int descriptor, const fs::path& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, descriptor);
    ::close(file);
  }
};

/// Waits for the stop signal.
Status wait_for_stop(DaemonContext& context) {
  for (;;) {
    pollfd readable{context.signal_descriptor(), POLLIN, 0};
    ::poll(&readable, 1, 10'000);
    const auto signal = context.next_signal();
    if (!signal) return fail(ErrorCode::timed_out, "no signal came");
    if (*signal == DaemonSignal::stop) return {};
  }
}

TEST_F(Daemons, ALockKeepsASecondOneOut) {
  auto lock = DaemonLock::take(home, "tradingd");
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_EQ(read_file(home.run() / "tradingd.pid"), std::to_string(::getpid()) + "\n");
  EXPECT_EQ(*daemon_pid(home, "tradingd"), ::getpid());
  EXPECT_EQ(*daemon_pid(home, "ledgerd"), std::nullopt);
  EXPECT_TRUE(DaemonLock::take(home, "ledgerd"));
  test::ChildProcess other([&] {
    const auto second = DaemonLock::take(home, "tradingd");
    if (second) return 1;
    const std::string expected = "tradingd is running already as process " + std::to_string(::getppid());
    return second.error().message.starts_with(expected) ? 0 : 2;
  });
  EXPECT_EQ(other.wait(), 0);
  // whole.
  {
    const DaemonLock gone = std::move(*lock);
  }
  EXPECT_EQ(*daemon_pid(home, "tradingd"), std::nullopt);
  EXPECT_TRUE(DaemonLock::take(home, "tradingd"));
}

TEST_F(Daemons, AskingDoesNotKeepADaemonFromStarting) {
  ASSERT_TRUE(DaemonLock::take(home, "tradingd"));
  test::Pipe pipe;
  test::ChildProcess asker([&] {
    pipe.send(true);
    for (;;) {
      if (!daemon_pid(home, "tradingd")) return 1;
    }
  });
  bool asking = false;
  ASSERT_TRUE(pipe.receive(asking));
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(DaemonLock::take(home, "tradingd")) << i;
}

TEST_F(Daemons, AKilledOneDoesNotRun) {
  test::Pipe pipe;
  test::ChildProcess child([&] {
    auto lock = DaemonLock::take(home, "tradingd");
    pipe.send(lock.has_value());
    ::pause();
    return 0;
  });
  bool locked = false;
  ASSERT_TRUE(pipe.receive(locked) && locked);
  EXPECT_EQ(*daemon_pid(home, "tradingd"), child.id());
  const pid_t id = child.id();
  child.kill();
  EXPECT_EQ(read_file(home.run() / "tradingd.pid"), std::to_string(id) + "\n");
  EXPECT_EQ(*daemon_pid(home, "tradingd"), std::nullopt);
  EXPECT_TRUE(DaemonLock::take(home, "tradingd"));
}

TEST_F(Daemons, WithoutAHomeNoneRuns) {
  EXPECT_EQ(*daemon_pid(Home{directory / "none"}, "tradingd"), std::nullopt);
}

TEST_F(Daemons, RunsUntilItIsToldToStop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    test::Pipe pipe;
    auto child = start(home_options(), [&](DaemonContext& context) {
      const bool as_expected = context.name() == "tradingd" && context.home().root == home.root &&
                               context.config().text("log.level") == "info" && context.started_at();
      pipe.send(as_expected);
      return wait_for_stop(context);
    });
    bool as_expected = false;
    ASSERT_TRUE(pipe.receive(as_expected));
    EXPECT_TRUE(as_expected);
    EXPECT_EQ(*daemon_pid(home, "tradingd"), child->id());
    ::kill(child->id(), signal);
    EXPECT_EQ(child->wait(), 0);
    EXPECT_EQ(*daemon_pid(home, "tradingd"), std::nullopt);
    EXPECT_NE(standard_error().find("tradingd stopped"), std::string::npos) << standard_error();
  }
}

TEST_F(Daemons, PreparesItsProcess) {
  auto child = start(home_options(), [&](DaemonContext&) -> Status {
    const mode_t mask = ::umask(0);
    struct sigaction action{};
    ::sigaction(SIGPIPE, nullptr, &action);
    if (mask != 077 || action.sa_handler != SIG_IGN) return fail(ErrorCode::internal, "not prepared");
    return {};
  });
  EXPECT_EQ(child->wait(), 0) << standard_error();
}

TEST_F(Daemons, ASecondOneSaysWhoRunsAndEnds) {
  auto lock = DaemonLock::take(home, "tradingd");
  ASSERT_TRUE(lock);
  auto child = start(home_options(), [](DaemonContext&) -> Status { return {}; });
  EXPECT_EQ(child->wait(), 1);
  EXPECT_EQ(standard_error(), "tradingd: tradingd is running already as process " +
                                  std::to_string(::getpid()) + " (home " + home.root.string() +
                                  ") (stop it with 'trade down', or choose another home with --home)\n");
}

TEST_F(Daemons, AnErrorIsOneLineAndTheStatus) {
  auto failing = start(home_options(), [](DaemonContext&) -> Status {
    return fail(ErrorCode::corrupt, "the journal is broken", "restore it");
  });
  EXPECT_EQ(failing->wait(), 1);
  EXPECT_TRUE(standard_error().ends_with("tradingd: the journal is broken (restore it)\n"))
      << standard_error();
  auto throwing =
      start(home_options(), [](DaemonContext&) -> Status { throw std::runtime_error("surprise"); });
  EXPECT_EQ(throwing->wait(), 1);
  EXPECT_TRUE(standard_error().ends_with("tradingd: unexpected failure: surprise\n")) << standard_error();
}

TEST_F(Daemons, OptionsAndConfiguration) {
  const auto body = [](DaemonContext&) -> Status { return {}; };
  EXPECT_EQ(start({"--version"}, body)->wait(), 0);
  EXPECT_EQ(standard_output(), "tradingd " + std::string(version()) + "\n");
  EXPECT_EQ(start({"--help"}, body)->wait(), 0);
  EXPECT_NE(standard_output().find("--home DIR"), std::string::npos);
  EXPECT_EQ(start({"--nonsense"}, body)->wait(), 2);
  EXPECT_NE(standard_error().find("tradingd: "), std::string::npos);

  auto options = home_options();
  options.insert(options.end(), {"--log-level", "loud"});
  EXPECT_EQ(start(options, body)->wait(), 2);
  EXPECT_EQ(standard_error(),
            "tradingd: --log-level: log.level cannot be 'loud': it must be one of "
            "trace|debug|info|warning|error|off\n");

  write_file(home.config_file(), "[tradingd]\nnonsense = 1\n");
  EXPECT_EQ(start(home_options(), body)->wait(), 2);
  EXPECT_EQ(standard_error(), "tradingd: " + home.config_file().string() +
                                  ":2: unknown key 'nonsense' in [tradingd] "
                                  "('trade config show' lists all keys)\n");
  options = home_options();
  options.insert(options.end(), {"--config", (directory / "other.toml").string()});
  EXPECT_EQ(start(options, body)->wait(), 1);
  EXPECT_EQ(standard_error(),
            "tradingd: no configuration file " + (directory / "other.toml").string() + "\n");
  write_file(directory / "other.toml", "[log]\nlevel = \"off\"\n");
  EXPECT_EQ(start(options, body)->wait(), 0);
  EXPECT_EQ(standard_error(), "");
}

TEST_F(Daemons, MayHaveOptionsOfTheirOwn) {
  auto options = home_options();
  options.emplace_back("--special");
  auto special = std::make_shared<bool>(false);
  auto child = start(
      options,
      [special](DaemonContext&) -> Status { return *special ? Status() : fail(ErrorCode::usage, "no"); },
      [special](CLI::App& parser) { parser.add_flag("--special", *special, "Something special"); });
  EXPECT_EQ(child->wait(), 0);
}

TEST_F(Daemons, LogsToAFileAndReopensItOnHangup) {
  test::Pipe pipe;
  auto options = home_options();
  options.emplace_back("--log-file");
  auto child = start(options, [&](DaemonContext& context) -> Status {
    spdlog::warn("before");
    pipe.send(true);
    pollfd readable{context.signal_descriptor(), POLLIN, 0};
    ::poll(&readable, 1, 10'000);
    if (context.next_signal() != DaemonSignal::reload) return fail(ErrorCode::internal, "no hangup");
    spdlog::warn("after");
    return wait_for_stop(context);
  });
  bool started = false;
  ASSERT_TRUE(pipe.receive(started));
  const fs::path log = home.log() / "tradingd.log";
  EXPECT_NE(read_file(log).find("before"), std::string::npos);
  fs::rename(log, directory / "rotated.log");
  ::kill(child->id(), SIGHUP);
  for (int i = 0; i < 1'000 && read_file(log).find("after") == std::string::npos; ++i)
    ::usleep(2'000);
  ::kill(child->id(), SIGTERM);
  EXPECT_EQ(child->wait(), 0);
  EXPECT_EQ(read_file(log).find("before"), std::string::npos);
  EXPECT_NE(read_file(log).find("warning tradingd: after\n"), std::string::npos);
  EXPECT_EQ(standard_error(), "");
}

TEST_F(Daemons, TellsTheServiceManager) {
  const fs::path path = directory / "notify";
  const int receiver = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(receiver, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const Environment environment{{"NOTIFY_SOCKET", path.string()}};
  auto child = start(home_options(), [](DaemonContext& context) -> Status {
    context.report_status("catching up");
    context.ready();
    return {};
  });
  for (const std::string expected : {"STATUS=catching up", "READY=1\nSTATUS=running", "STOPPING=1"}) {
    pollfd readable{receiver, POLLIN, 0};
    ASSERT_EQ(::poll(&readable, 1, 10'000), 1);
    char text[64];
    const ssize_t size = ::recv(receiver, text, sizeof text, 0);
    ASSERT_GT(size, 0);
    EXPECT_EQ(std::string(text, static_cast<std::size_t>(size)), expected);
  }
  EXPECT_EQ(child->wait(), 0);
  ::close(receiver);
}

TEST_F(Daemons, ReadsItsConfigurationAgainAndSaysWhatItTakesOver) {
  write_file(home.config_file(), "[tradingd]\ncalendar = \"always\"\n");
  test::Pipe pipe;
  auto child = start(home_options(), [&](DaemonContext& context) -> Status {
    pipe.send(true);
    for (;;) {
      pollfd readable{context.signal_descriptor(), POLLIN, 0};
      ::poll(&readable, 1, 10'000);
      const auto signal = context.next_signal();
      if (!signal) return fail(ErrorCode::timed_out, "no signal came");
      if (*signal == DaemonSignal::stop) return {};
      pipe.send(context.config().text("tradingd.calendar") == "us" &&
                context.config().integer("tradingd.map_megabytes") == 1'024);
    }
  });
  bool taken_over = false;
  ASSERT_TRUE(pipe.receive(taken_over));
  write_file(home.config_file(),
             "[tradingd]\ncalendar = \"us\"\nmap_megabytes = 2048\n[log]\nlevel = \"debug\"\n"
             "[feedd]\nmap_megabytes = 64\n");
  ::kill(child->id(), SIGHUP);
  ASSERT_TRUE(pipe.receive(taken_over));
  EXPECT_TRUE(taken_over);
  ::kill(child->id(), SIGHUP);
  ASSERT_TRUE(pipe.receive(taken_over));
  write_file(home.config_file(), "[tradingd]\ncalendar = 7\n");
  ::kill(child->id(), SIGHUP);
  ASSERT_TRUE(pipe.receive(taken_over));
  EXPECT_TRUE(taken_over) << "what cannot be read changes nothing";
  ::kill(child->id(), SIGTERM);
  EXPECT_EQ(child->wait(), 0);
  const std::string log = standard_error();
  EXPECT_NE(log.find("reload: tradingd.calendar is 'us' from now on, it was 'always'"), std::string::npos)
      << log;
  EXPECT_NE(log.find("reload: tradingd.map_megabytes stays '1024': '2048' needs a new start of tradingd"),
            std::string::npos)
      << log;
  EXPECT_NE(log.find("reload: log.level is 'debug'"), std::string::npos) << log;
  EXPECT_EQ(log.find("feedd."), std::string::npos) << "that is another daemon's";
  EXPECT_NE(log.find("reload: everything stays as it was: "), std::string::npos) << log;
}

}  // namespace
}  // namespace trade::app
