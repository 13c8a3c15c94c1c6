// Names in place of those that a journal has.
#pragma once

#include <map>
#include <string>
#include <utility>

namespace trade::cmd {

/// Names that tell nothing of their owners: of accounts and of clients' own ids, in the order of appearance.
class Pseudonyms {
 public:
  /// With `keep`, only those are replaced that a command line would take for options.
  Pseudonyms(std::string prefix, bool keep) : prefix_(std::move(prefix)), keep_(keep) {}
  std::string of(const std::string& name) {
    if (name.empty() || (keep_ && !name.starts_with('-'))) return name;
    return names_.try_emplace(name, prefix_ + std::to_string(names_.size() + 1)).first->second;
  }

 private:
  std::string prefix_;
  bool keep_;
  std::map<std::string, std::string> names_;
};

}  // namespace trade::cmd
