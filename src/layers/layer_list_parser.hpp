// Reads constructor calls: characters to {"class_name", "config"} trees. See layer_list.hpp for the syntax.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/config.hpp"

namespace wavetrain {

class LayerListParser {
 public:
  // The text has to outlive the parser.
  explicit LayerListParser(std::string_view text) : text_(text) {}

  // A call and where it stands ("line 1, column 14").
  struct Call {
    std::string class_name;
    Config arguments;  // a dict, positional arguments already named
    std::string place;
  };

  // All calls of a list. Throws ValueError.
  std::vector<Call> parse_list();
  // A single name or call. Throws ValueError.
  Config parse_object();

 private:
  [[noreturn]] void fail(const std::string& message, std::size_t position) const;
  std::string place(std::size_t position) const;

  bool at_end() const { return next_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[next_]; }
  void skip_blanks(bool commas = false);
  // Skips blanks and takes `c` if it comes next.
  bool take(char c);

  // A dotted name without the part before its last dot.
  std::string parse_name();
  Call parse_call();
  Config parse_arguments(const std::string& class_name);
  Config parse_value();
  Config parse_string();
  Config parse_number();
  Config parse_sequence(char close);

  std::string_view text_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

}  // namespace wavetrain
