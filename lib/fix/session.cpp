#include "fix/session.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <quickfix/DataDictionary.h>
#include <quickfix/DataDictionaryProvider.h>
#include <quickfix/Log.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Parser.h>
#include <quickfix/Responder.h>
#include <quickfix/Session.h>

namespace trade {
namespace fix {

namespace {

/// Market data as it was is of no use later: it is kept as its header alone, and a gap fill stands for it
/// when it is asked for again.
bool is_of_the_moment(const std::string& type) {
  return type == FIX::MsgType_MarketDataSnapshotFullRefresh ||
         type == FIX::MsgType_MarketDataIncrementalRefresh;
}

std::string header_alone(const Message& message) {
  std::string body;
  for (const int tag : {35, 49, 56, 34, 52})
    body += std::to_string(tag) + '=' + message.text(tag) + '\001';
  std::string bytes = "8=" + message.text(8) + "\0019=" + std::to_string(body.size()) + '\001' + body;
  unsigned sum = 0;
  for (const char byte : bytes)
    sum += static_cast<unsigned char>(byte);
  const std::string digits = std::to_string(sum % 256);
  return bytes + "10=" + std::string(3 - digits.size(), '0') + digits + '\001';
}

/// Tag 35 of a whole message, in which it stands third.
std::string type_of(const std::string& bytes) {
  const std::size_t at = bytes.find("\00135=");
  if (at == std::string::npos) return std::string();
  return bytes.substr(at + 4, bytes.find('\001', at + 4) - at - 4);
}

class StoreAdapter : public FIX::MessageStore {
 public:
  explicit StoreAdapter(Store& store) : store_(store) {}

  bool set(int sequence, const std::string& message) throw(FIX::IOException) override {
    store_.save(sequence, is_of_the_moment(type_of(message)) ? header_alone(parse(message)) : message);
    return true;
  }
  void get(int first, int last, std::vector<std::string>& messages) const throw(FIX::IOException) override {
    messages = store_.messages(first, last);
  }
  int getNextSenderMsgSeqNum() const throw(FIX::IOException) override { return store_.next_sender(); }
  int getNextTargetMsgSeqNum() const throw(FIX::IOException) override { return store_.next_target(); }
  void setNextSenderMsgSeqNum(int sequence) throw(FIX::IOException) override {
    store_.set_next_sender(sequence);
  }
  void setNextTargetMsgSeqNum(int sequence) throw(FIX::IOException) override {
    store_.set_next_target(sequence);
  }
  void incrNextSenderMsgSeqNum() throw(FIX::IOException) override {
    store_.set_next_sender(store_.next_sender() + 1);
  }
  void incrNextTargetMsgSeqNum() throw(FIX::IOException) override {
    store_.set_next_target(store_.next_target() + 1);
  }
  FIX::UtcTimeStamp getCreationTime() const throw(FIX::IOException) override {
    return FIX::UtcTimeStamp(static_cast<time_t>(store_.created_at_seconds()));
  }
  void reset() throw(FIX::IOException) override { store_.reset(FIX::UtcTimeStamp().getTimeT()); }
  void refresh() throw(FIX::IOException) override {}

 private:
  Store& store_;
};

class LogAdapter : public FIX::Log {
 public:
  explicit LogAdapter(Handler& handler) : handler_(handler) {}
  void clear() override {}
  void backup() override {}
  void onIncoming(const std::string&) override {}
  void onOutgoing(const std::string&) override {}
  void onEvent(const std::string& text) override { handler_.log(text); }

 private:
  Handler& handler_;
};

class LogAdapterFactory : public FIX::LogFactory {
 public:
  explicit LogAdapterFactory(Handler& handler) : handler_(handler) {}
  FIX::Log* create() override { return new LogAdapter(handler_); }
  FIX::Log* create(const FIX::SessionID&) override { return new LogAdapter(handler_); }
  void destroy(FIX::Log* log) override { delete log; }

 private:
  Handler& handler_;
};

FIX::DataDictionaryProvider dictionaries() {
  FIX::DataDictionaryProvider provider;
  const struct {
    const char* version;
    const char* text;
  } known[] = {{FIX::BeginString_FIX42, dictionary_fix42}, {FIX::BeginString_FIX44, dictionary_fix44}};
  for (const auto& row : known) {
    std::istringstream stream(row.text);
    ptr::shared_ptr<FIX::DataDictionary> dictionary(new FIX::DataDictionary(stream));
    provider.addTransportDataDictionary(FIX::BeginString(row.version), dictionary);
    provider.addApplicationDataDictionary(FIX::Message::toApplVerID(FIX::BeginString(row.version)),
                                          dictionary);
  }
  return provider;
}

FIX::Message to_quickfix(const Message& message) {
  FIX::Message made;
  made.getHeader().setField(FIX::FIELD::MsgType, message.type);
  for (const Field& field : message.fields)
    made.setField(field.tag, field.value);
  for (const Group& group : message.groups) {
    for (const std::vector<Field>& entry : group.entries) {
      // Some engines refuse a group whose fields stand in another order than the specification's.
      std::vector<int> order;
      for (const Field& field : entry)
        order.push_back(field.tag);
      order.push_back(0);
      FIX::Group part(group.count_tag, group.first_tag, order.data());
      for (const Field& field : entry)
        part.setField(field.tag, field.value);
      made.addGroup(part);
    }
  }
  return made;
}

}  // namespace

struct Session::State : FIX::Application, FIX::MessageStoreFactory, FIX::Responder {
  State(const SessionOptions& options, Store& given_store, Handler& given_handler)
      : store_(given_store),
        handler_(given_handler),
        logs_(given_handler),
        session_(*this, *this, FIX::SessionID(options.version, options.our_comp_id, options.their_comp_id),
                 dictionaries(), FIX::TimeRange(FIX::UtcTimeOnly(0, 0, 0), FIX::UtcTimeOnly(0, 0, 0)), 0,
                 &logs_) {
    session_.setMaxLatency(options.latency_seconds_max);
    session_.setLogonTimeout(options.logon_seconds_max);
    session_.setTimestampPrecision(3);
  }

  FIX::MessageStore* create(const FIX::SessionID&) override { return new StoreAdapter(store_); }
  void destroy(FIX::MessageStore* store) override { delete store; }

  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override { handler_.logged_on(); }
  void onLogout(const FIX::SessionID&) override { handler_.logged_out(); }
  void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
  void toApp(FIX::Message& message, const FIX::SessionID&) throw(FIX::DoNotSend) override {
    const FIX::Header& header = message.getHeader();
    if (header.isSetField(FIX::FIELD::PossDupFlag) &&
        is_of_the_moment(header.getField(FIX::FIELD::MsgType))) {
      throw FIX::DoNotSend();
    }
  }
  void fromAdmin(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::RejectLogon) override {
    if (message.getHeader().getField(FIX::FIELD::MsgType) != FIX::MsgType_Logon) return;
    const std::string refusal = handler_.check_logon(parse(current_));
    if (!refusal.empty()) throw FIX::RejectLogon(refusal);
  }
  void fromApp(const FIX::Message& message,
               const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                            FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
    // One that waited for a gap to be filled is not the one that has just come.
    const Verdict verdict = handler_.received(parse(message.toString()));
    if (verdict.kind == Verdict::value_wrong) throw FIX::IncorrectTagValue(verdict.tag);
    if (verdict.kind == Verdict::field_missing) throw FIX::FieldNotFound(verdict.tag);
    if (verdict.kind == Verdict::type_unsupported) throw FIX::UnsupportedMessageType();
  }

  bool send(const std::string& bytes) override {
    if (connection_ == nullptr) return false;
    connection_->send(bytes);
    return true;
  }
  void disconnect() override {
    Connection* connection = connection_;
    connection_ = nullptr;
    if (connection != nullptr) connection->disconnect();
  }

  Store& store_;
  Handler& handler_;
  LogAdapterFactory logs_;
  Connection* connection_ = nullptr;
  std::string current_;  ///< the message at hand
  FIX::Session session_;
};

Session::Session(const SessionOptions& options, Store& store, Handler& handler)
    : state_(new State(options, store, handler)) {}
Session::~Session() = default;

bool Session::attach(Connection& connection) {
  if (state_->connection_ != nullptr) return false;
  state_->connection_ = &connection;
  state_->session_.setResponder(state_.get());
  state_->session_.logon();
  return true;
}

void Session::detach() {
  state_->connection_ = nullptr;
  state_->session_.disconnect();
  state_->session_.setResponder(nullptr);
}

bool Session::attached() const {
  return state_->connection_ != nullptr;
}

bool Session::logged_on() const {
  return state_->session_.isLoggedOn();
}

void Session::receive(const std::string& bytes) {
  state_->current_ = bytes;
  try {
    state_->session_.next(bytes, FIX::UtcTimeStamp());
  } catch (const std::exception& error) {
    state_->handler_.log(std::string("not understood: ") + error.what());
  }
}

void Session::tick() {
  try {
    state_->session_.next();
  } catch (const std::exception& error) {
    state_->handler_.log(error.what());
  }
}

void Session::send(const Message& message) {
  FIX::Message made = to_quickfix(message);
  state_->session_.send(made);
}

void Session::log_out(const std::string& reason) {
  state_->session_.logout(reason);
  tick();
}

struct Framer::State {
  FIX::Parser parser;
  std::size_t pending = 0;
};

Framer::Framer() : state_(new State) {}
Framer::~Framer() = default;

bool Framer::add(const char* bytes, std::size_t size) {
  state_->parser.addToStream(bytes, size);
  state_->pending += size;
  return state_->pending <= pending_bytes_max;
}

bool Framer::next(std::string& message) {
  for (;;) {
    try {
      if (!state_->parser.readFixMessage(message)) return false;
      state_->pending -= std::min(state_->pending, message.size());
      return true;
    } catch (const FIX::MessageParseError&) {
      // Garbled: the rest may hold a message.
    }
  }
}

constexpr std::size_t Framer::pending_bytes_max;

}  // namespace fix
}  // namespace trade
