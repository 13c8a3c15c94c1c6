// What trade doctor looks at on the machine, and what it finds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "app/home.hpp"
#include "base/result.hpp"
#include "format/json.hpp"

namespace trade::cmd {

/// The findings so far.
class Findings {
 public:
  void good(std::string check, std::string detail) { add(std::move(check), "ok", std::move(detail), ""); }
  void warn(std::string check, std::string detail, std::string_view hint) {
    add(std::move(check), "warning", std::move(detail), hint);
  }
  void bad(std::string check, std::string detail, std::string_view hint) {
    add(std::move(check), "error", std::move(detail), hint);
    ++errors_;
  }
  void bad(std::string check, const Error& error) { bad(std::move(check), error.message, error.hint); }
  [[nodiscard]] const std::vector<format::Json>& rows() const { return rows_; }
  [[nodiscard]] std::size_t errors() const { return errors_; }

 private:
  void add(std::string check, std::string_view state, std::string detail, std::string_view hint);

  std::vector<format::Json> rows_;
  std::size_t errors_ = 0;
};

/// Whether a signal or a debugger holds the process.
bool is_stopped(int pid);
/// What a file takes of the disk; zero where there is none.
std::uint64_t bytes_on_disk(const std::filesystem::path& file);

/// The room on the home's file system.
void check_disk(const app::Home& home, Findings& findings);
/// What the databases take, and whether the disk has room for what their maps may still grow by.
void check_maps(const app::Home& home, const app::Config& config, Findings& findings);
/// Descriptors and address space: of the daemons that run, else of those that would be started from here.
void check_limits(const app::Home& home, Findings& findings);
void check_memory(Findings& findings);
/// Whether private keys, and what keys are told by, can be read by other users: in the home by nobody else,
/// the private keys that the configuration names by their group at most.
void check_keys(const app::Home& home, const app::Config& config, Findings& findings);
/// Whether the machine's clock is plausible and kept by somebody.
void check_machine_clock(Findings& findings);

}  // namespace trade::cmd
