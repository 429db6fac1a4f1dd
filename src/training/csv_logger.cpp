#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "wavetrain/callbacks.hpp"

namespace wavetrain::callbacks {
namespace {

class Logger final : public Callback {
 public:
  explicit Logger(const CSVLogger& settings) : settings_(settings) {}
  ~Logger() override { close(); }

  void on_train_begin() override {
    close();
    columns_.clear();
    needs_header_ = !settings_.append || is_empty();
    file_ = std::fopen(settings_.filename.c_str(), settings_.append ? "ab" : "wb");
    if (file_ == nullptr) fail("open");
  }

  void on_epoch_end(Index epoch, Logs& logs) override {
    if (columns_.empty()) choose_columns(logs);
    std::string line;
    if (needs_header_) {
      line = "epoch";
      for (const std::string& column : columns_) line += settings_.separator + quoted(column);
      line += "\r\n";
      needs_header_ = false;
    }
    line += std::to_string(epoch);
    for (const std::string& column : columns_) {
      const double* value = logs.find(column);
      line += settings_.separator + quoted(value ? to_text(*value) : "NA");
    }
    line += "\r\n";
    if (std::fwrite(line.data(), 1, line.size(), file_) != line.size() || std::fflush(file_) != 0) fail("write to");
  }

  void on_train_end(const Logs&) override { close(); }

 private:
  void choose_columns(const Logs& logs) {
    bool validated = false;
    for (const auto& entry : logs.sorted()) {
      columns_.push_back(entry.first);
      validated = validated || entry.first.compare(0, 4, "val_") == 0;
    }
    // Validation may come in a later epoch.
    const std::size_t count = columns_.size();
    for (std::size_t i = 0; !validated && i < count; ++i) columns_.push_back("val_" + columns_[i]);
  }

  // As Python's csv does when it has to.
  std::string quoted(const std::string& text) const {
    if (text.find_first_of("\"\r\n" + settings_.separator) == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
    return result + "\"";
  }

  bool is_empty() const {
    std::FILE* file = std::fopen(settings_.filename.c_str(), "rb");
    if (file == nullptr) return true;
    const bool empty = std::fgetc(file) == EOF;
    std::fclose(file);
    return empty;
  }

  void close() {
    if (file_ != nullptr) std::fclose(file_);
    file_ = nullptr;
  }

  [[noreturn]] void fail(const char* what) const {
    throw FileError(fmt::format("CSVLogger cannot {} {}: {}", what, settings_.filename, std::strerror(errno)));
  }

  CSVLogger settings_;
  std::FILE* file_ = nullptr;
  std::vector<std::string> columns_;
  bool needs_header_ = true;
};

}  // namespace

const Description& CSVLogger::description() {
  static const Description instance = Describe<CSVLogger>("CSVLogger", "keras.callbacks")
                                          .field("filename", &CSVLogger::filename)
                                          .field("separator", &CSVLogger::separator,
                                                 [](const Config& value) -> std::string {
                                                   return value.as_string().size() == 1 ? "" : "one character";
                                                 })
                                          .field("append", &CSVLogger::append);
  return instance;
}

std::shared_ptr<Callback> CSVLogger::make() const {
  description().validate(this);
  return std::make_shared<Logger>(*this);
}

}  // namespace wavetrain::callbacks
