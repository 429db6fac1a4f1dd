#include "training/text_table.hpp"

#include <algorithm>
#include <string_view>

namespace wavetrain {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

int length(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), starts_character));
}

// The first `count` characters.
std::string_view first_characters(std::string_view text, int count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (starts_character(text[end]) && count-- == 0) break;
  }
  return text.substr(0, end);
}

std::string repeated(std::string_view text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

std::string justified(const std::string& text, Justify justify, int width) {
  const int missing = width - length(text);
  const int before = justify == Justify::left ? 0 : justify == Justify::right ? missing : missing / 2;
  return repeated(" ", before) + text + repeated(" ", missing - before);
}

// A line across the table.
std::string rule(const std::vector<TextColumn>& columns, const char* left, const char* line, const char* between,
                 const char* right) {
  std::string text = left;
  for (const TextColumn& column : columns) {
    if (&column != columns.data()) text += between;
    text += repeated(line, column.width);
  }
  return text + right + "\n";
}

// One row of texts, as many lines high as the highest. Headers stand at the bottom.
std::string row(const std::vector<TextColumn>& columns, const std::vector<std::string>& texts, const char* bar,
                bool at_bottom) {
  std::vector<std::vector<std::string>> cells;
  std::size_t height = 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    cells.push_back(wrap_text(texts[i], columns[i].width - 2));
    height = std::max(height, cells.back().size());
  }
  for (auto& lines : cells) lines.insert(at_bottom ? lines.begin() : lines.end(), height - lines.size(), "");
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    text += bar;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      text += " " + justified(cells[i][line], columns[i].justify, columns[i].width - 2) + " " + bar;
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::vector<std::string> wrap_text(const std::string& text, int width) {
  std::vector<std::string> lines;
  std::string line;
  bool empty = true;  // the line, but for the blanks that the text begins with
  const auto end_line = [&] {
    if (length(line) > width) line = std::string(first_characters(line, width - 1)) + "…";
    lines.push_back(std::move(line));
    line.clear();
    empty = true;
  };
  std::size_t begin = text.find_first_not_of(' ');
  if (begin != std::string::npos) line = text.substr(0, begin);
  while (begin != std::string::npos) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!empty && length(line) + 1 + length(word) > width) end_line();
    line += (empty ? "" : " ") + word;
    empty = false;
    begin = text.find_first_not_of(' ', end);
  }
  end_line();
  return lines;
}

std::string draw_table(const std::vector<TextColumn>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> headers;
  for (const TextColumn& column : columns) headers.push_back(column.header);
  std::string text =
      rule(columns, "┏", "━", "┳", "┓") + row(columns, headers, "┃", true) + rule(columns, "┡", "━", "╇", "┩");
  for (const auto& texts : rows) {
    if (&texts != rows.data()) text += rule(columns, "├", "─", "┼", "┤");
    text += row(columns, texts, "│", false);
  }
  return text + rule(columns, "└", "─", "┴", "┘");
}

}  // namespace wavetrain
