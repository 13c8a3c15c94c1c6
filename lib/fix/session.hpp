// FIX sessions on QuickFIX: sequence numbers, resends, heartbeats and validation are its business; sockets,
// storage and what the messages mean are the caller's. This header is valid C++14 and later, and shows
// nothing of QuickFIX.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fix/framer.hpp"

namespace trade {
namespace fix {

struct Field {
  int tag = 0;
  std::string value;
};

/// Repeating group of a message that is sent: each entry begins with `first_tag`, and its fields stay in
/// their order.
struct Group {
  int count_tag = 0;
  int first_tag = 0;
  std::vector<std::vector<Field>> entries;
};

/// A message that came has every field in `fields`, header and groups included, in the order of the wire. Of
/// one that is sent `fields` are those of the body; QuickFIX adds header and trailer.
struct Message {
  std::string type;  ///< tag 35
  std::vector<Field> fields;
  std::vector<Group> groups;

  /// The first field with this tag, or null.
  const std::string* find(int tag) const;
  /// The same; empty where there is none.
  std::string text(int tag) const;
  Message& add(int tag, std::string value);
};

/// Our own data dictionaries, as XML.
extern const char* const dictionary_fix42;
extern const char* const dictionary_fix44;

/// Where a session's sequence numbers and messages are kept. What it is given need not be durable at once,
/// but must be before anything that a Connection is given to send goes out.
class Store {
 public:
  virtual ~Store() = default;
  virtual void save(int sequence, const std::string& message) = 0;
  /// Those that are kept of `first` to `last`, in order.
  virtual std::vector<std::string> messages(int first, int last) = 0;
  virtual int next_sender() const = 0;
  virtual int next_target() const = 0;
  virtual void set_next_sender(int sequence) = 0;
  virtual void set_next_target(int sequence) = 0;
  virtual std::int64_t created_at_seconds() const = 0;
  /// Forgets the messages; both numbers are 1 again.
  virtual void reset(std::int64_t now_seconds) = 0;
};

/// The other side's line, while there is one.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void send(const std::string& bytes) = 0;
  /// Bytes that were given to send and are not sent yet.
  virtual std::size_t unsent_bytes() const = 0;
  virtual void disconnect() = 0;
};

/// What a message that came was worth.
struct Verdict {
  enum Kind { taken, value_wrong, field_missing, type_unsupported };
  Kind kind = taken;
  int tag = 0;  ///< of value_wrong and field_missing
};

class Handler {
 public:
  virtual ~Handler() = default;
  /// Empty: let in; else why not. Asked before anything of the Logon is taken: who is not let in changes no
  /// number and gets no answer. Of an initiator: of the answer to its own.
  virtual std::string check_logon(const Message& logon) = 0;
  virtual void logged_on() = 0;
  virtual void logged_out() = 0;
  virtual Verdict received(const Message& message) = 0;
  /// The other side refused one of our messages as a message: Reject (3).
  virtual void refused(const Message& reject) { static_cast<void>(reject); }
  virtual void log(const std::string& text) = 0;
};

struct SessionOptions {
  std::string version;  ///< "FIX.4.2", "FIX.4.4"
  std::string our_comp_id;
  std::string their_comp_id;
  int latency_seconds_max = 120;  ///< of SendingTime
  int logon_seconds_max = 10;
  // Of an initiator's:
  bool initiates = false;
  int heartbeat_seconds = 30;  ///< that it asks for
  std::string password;        ///< of its Logon; empty: none
};

/// An acceptor's session, or an initiator's. Belongs to one thread; its callbacks come from within its calls.
/// What it is given must outlive it.
///
/// An initiator logs on as soon as it is attached; the first time after its numbers began at 1, and until
/// that was answered, with ResetSeqNumFlag. What it takes is not held against a dictionary, since another
/// side's fields are its own business: the handler looks for what it needs.
class Session {
 public:
  Session(const SessionOptions& options, Store& store, Handler& handler);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// False while another connection is attached.
  bool attach(Connection& connection);
  /// The line is gone.
  void detach();
  bool attached() const;
  bool logged_on() const;
  /// One whole message, as Framer gives it.
  void receive(const std::string& bytes);
  /// Heartbeats and timeouts: to be called about every second.
  void tick();
  /// Numbers and keeps the message, and sends it when the other side is logged on. An initiator's is to be
  /// logged on, or the message may be lost when the numbers begin at 1.
  void send(const Message& message);
  void log_out(const std::string& reason);
  /// Logs out, and begins at 1 on both sides.
  void begin_anew(const std::string& reason);

  /// A resend is sent in portions, as the line takes them: to be called when it may take more. What is sent
  /// meanwhile waits its turn.
  void go_on_resending();
  bool resending() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The fields of a whole message, in order.
Message parse(const std::string& bytes);

}  // namespace fix
}  // namespace trade
