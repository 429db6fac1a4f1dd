// Tables drawn with box characters, as Keras' summary prints them with Python's `rich`.
#pragma once

#include <string>
#include <vector>

namespace wavetrain {

enum class Justify { left, center, right };

struct TextColumn {
  std::string header;
  Justify justify = Justify::left;
  int width = 0;  // with one blank on either side
};

// The text in lines of at most `width` characters, broken between words, with the blanks
// that it begins with; a longer word is cut and ends in "…".
std::vector<std::string> wrap_text(const std::string& text, int width);

// A heavy frame around the headers and a line between rows. Rows have one text per column. Characters outside ASCII count as
// one place each.
std::string draw_table(const std::vector<TextColumn>& columns, const std::vector<std::vector<std::string>>& rows);

}  // namespace wavetrain
