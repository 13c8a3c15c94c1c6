// What trade key does with --curve: keys of clients that reach the daemons over TCP. The table is changed
// where it is, whether daemons run or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "context.hpp"
#include "exit_status.hpp"
#include "model/key.hpp"

namespace trade::cmd {

struct NewClientKey {
  KeyRole role = KeyRole::viewer;
  std::vector<std::string> accounts;  ///< none: the one that commands are for; of an operator all
  Timestamp expires_at;               ///< zero: never
  std::string profile;                ///< a file to write; empty: the secret key is printed
  std::string host;                   ///< in the profile's addresses; empty: that of tcp_listen
  bool dry_run = false;
};

Result<ExitStatus> create_client_key(Context& context, const NewClientKey& wanted);
Result<ExitStatus> list_client_keys(Context& context);
Result<ExitStatus> revoke_client_key(Context& context, std::string_view id, bool dry_run);
/// Whether this is the id of one of them.
bool is_client_key(Context& context, std::string_view id);
/// The suite's public key; its pair is made where there is none.
Result<ExitStatus> show_server_key(Context& context);

}  // namespace trade::cmd
