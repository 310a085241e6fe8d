// Registers as wires, for proofs: what a pipeline without feedback gives, without waiting for it.
(* techmap_celltype = "$dff" *)
module registers_as_wires #(
    parameter WIDTH = 1,
    parameter CLK_POLARITY = 1
) (
    input CLK,
    input [WIDTH-1:0] D,
    output [WIDTH-1:0] Q
);
  assign Q = D;
endmodule
