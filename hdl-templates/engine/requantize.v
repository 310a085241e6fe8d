// From sums to activation indices (docs/table-network.md, section 5), one sum at a time.
//
// Parameters lie by channel in a memory of the engine; `first` is the address of the channel's first word:
//   SHIFT       one word, bias and offset in one: index = clamp((sum + word) >> shift, 0, last)
//   THRESHOLDS  2^levels_log2 words, ascending; word k, less the bias, is the least sum with index k: a binary search
//   LOGITS      one word, the bias: nothing is clamped
//   COPY        no word: the sum is the index
// THRESHOLDS take 2 x levels_log2 + 1 clocks, and nothing goes in meanwhile; of the others one goes in every clock and comes
// out three clocks later. `tag` comes out with its sum.
module requantize #(
    parameter SUM_BITS = 16,
    parameter INDEX_BITS = 3,
    parameter ADDRESS_BITS = 8,
    parameter TAG_BITS = 12,
    parameter SEARCHES = 1  // 0: no stage has THRESHOLDS
) (
    input clk,
    input reset,

    input [1:0] kind,
    input [4:0] shift,
    input [INDEX_BITS-1:0] last,
    input [3:0] levels_log2,

    input valid,
    output ready,
    input signed [SUM_BITS-1:0] sum,
    input [ADDRESS_BITS-1:0] first,
    input [TAG_BITS-1:0] tag,

    output [ADDRESS_BITS-1:0] parameter_address,
    input signed [SUM_BITS-1:0] parameter_word,  // a clock after its address

    output reg out_valid,
    output reg [INDEX_BITS-1:0] index,
    output reg signed [SUM_BITS-1:0] logit,
    output reg [TAG_BITS-1:0] out_tag
);
  localparam [1:0] SHIFT = 2'd0, THRESHOLDS = 2'd1, COPY = 2'd3;

  // While the word is read; when it has been added.
  reg valid_1, valid_2;
  reg signed [SUM_BITS-1:0] sum_1, sum_2;
  reg [TAG_BITS-1:0] tag_1, tag_2;
  wire signed [SUM_BITS-1:0] shifted = sum_2 >>> shift;
  wire signed [SUM_BITS-1:0] limit = {{SUM_BITS - INDEX_BITS{1'b0}}, last};

  // The search: `found` is built from its highest bit down, `mask` is the bit that is tried.
  reg searching, compare;
  reg [INDEX_BITS-1:0] found, mask;
  reg [ADDRESS_BITS-1:0] first_1;
  wire [INDEX_BITS-1:0] tried = found | mask;
  wire [INDEX_BITS-1:0] better = tried <= last && sum_1 >= parameter_word ? tried : found;

  wire take = valid && ready;
  wire search = SEARCHES != 0 && kind == THRESHOLDS;
  assign ready = !searching;
  assign parameter_address = searching ? first_1 + {{ADDRESS_BITS - INDEX_BITS{1'b0}}, tried} : first;

  always @(posedge clk) begin
    valid_1 <= take && !search;
    if (take) begin
      sum_1   <= sum;
      tag_1   <= tag;
      first_1 <= first;
    end

    valid_2 <= valid_1;
    sum_2 <= kind == COPY ? sum_1 : sum_1 + parameter_word;
    tag_2 <= tag_1;

    out_valid <= valid_2;
    logit <= sum_2;
    out_tag <= search ? tag_1 : tag_2;
    index <= kind != SHIFT ? sum_2[INDEX_BITS-1:0] : shifted < 0 ? 0 : shifted > limit ? last : shifted[INDEX_BITS-1:0];

    compare <= searching && !compare;
    if (take && search) begin
      searching <= 1'b1;
      found <= 0;
      mask <= {{INDEX_BITS - 1{1'b0}}, 1'b1} << (levels_log2 - 4'd1);
    end
    if (compare) begin
      found <= better;
      mask  <= mask >> 1;
      if (mask[0]) begin
        compare   <= 1'b0;
        searching <= 1'b0;
        out_valid <= 1'b1;
        index <= better;
      end
    end

    if (reset || SEARCHES == 0) begin
      searching <= 1'b0;
      compare   <= 1'b0;
    end
    if (reset) begin
      valid_1   <= 1'b0;
      valid_2   <= 1'b0;
      out_valid <= 1'b0;
    end
  end
endmodule
