;; The product of two matrices, two doubles at a time: what product-loops.ts says, bit for bit.
;;
;; Operands are packed into panels of four lines, the k-th numbers of which lie together, as doubles. A panel that the
;; matrix does not fill holds whatever is read behind the matrix; what comes of that is written over, or not read.
;; Addresses and strides are in bytes.
(module
  ;; Scratch. It grows with the products, to at most 64 MiB; beyond that there is no room, and loops do the work.
  (memory (export "memory") 0 1024)

  ;; The lines into panels from $to on, singles widened to doubles. $end is behind the last panel.
  (func (export "pack32")
    (param $from i32) (param $line i32) (param $step i32) (param $to i32) (param $depth i32) (param $end i32)
    (local $at i32) (local $endOfPanel i32)
    (block $done
      (loop $panel
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (local.set $at (local.get $from))
        (local.set $endOfPanel (i32.add (local.get $to) (i32.shl (local.get $depth) (i32.const 5))))
        (loop $place
          (f64.store (local.get $to) (f64.promote_f32 (f32.load (local.get $at))))
          (f64.store offset=8 (local.get $to)
            (f64.promote_f32 (f32.load (i32.add (local.get $at) (local.get $line)))))
          (f64.store offset=16 (local.get $to)
            (f64.promote_f32 (f32.load (i32.add (local.get $at) (i32.shl (local.get $line) (i32.const 1))))))
          (f64.store offset=24 (local.get $to)
            (f64.promote_f32 (f32.load (i32.add (local.get $at) (i32.mul (local.get $line) (i32.const 3))))))
          (local.set $at (i32.add (local.get $at) (local.get $step)))
          (local.set $to (i32.add (local.get $to) (i32.const 32)))
          (br_if $place (i32.lt_u (local.get $to) (local.get $endOfPanel))))
        (local.set $from (i32.add (local.get $from) (i32.shl (local.get $line) (i32.const 2))))
        (br $panel))))

  ;; The same of doubles.
  (func (export "pack64")
    (param $from i32) (param $line i32) (param $step i32) (param $to i32) (param $depth i32) (param $end i32)
    (local $at i32) (local $endOfPanel i32)
    (block $done
      (loop $panel
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (local.set $at (local.get $from))
        (local.set $endOfPanel (i32.add (local.get $to) (i32.shl (local.get $depth) (i32.const 5))))
        (loop $place
          (f64.store (local.get $to) (f64.load (local.get $at)))
          (f64.store offset=8 (local.get $to) (f64.load (i32.add (local.get $at) (local.get $line))))
          (f64.store offset=16 (local.get $to)
            (f64.load (i32.add (local.get $at) (i32.shl (local.get $line) (i32.const 1)))))
          (f64.store offset=24 (local.get $to)
            (f64.load (i32.add (local.get $at) (i32.mul (local.get $line) (i32.const 3)))))
          (local.set $at (i32.add (local.get $at) (local.get $step)))
          (local.set $to (i32.add (local.get $to) (i32.const 32)))
          (br_if $place (i32.lt_u (local.get $to) (local.get $endOfPanel))))
        (local.set $from (i32.add (local.get $from) (i32.shl (local.get $line) (i32.const 2))))
        (br $panel))))

  ;; c = a b, of $K terms each, for M x K and K x N packed at $a and $b, the panels of which end at $b and $endOfB.
  ;; Rows of $c have $row bytes; columns are taken from the last panel to the first, so that what is written behind the
  ;; end of a row is written over in its turn.
  (func (export "product")
    (param $a i32) (param $b i32) (param $endOfB i32) (param $c i32) (param $K i32) (param $row i32) (param $isDouble i32)
    (local $i i32) (local $j i32) (local $to i32) (local $panel i32) (local $width i32) (local $endOfPanel i32)
    (local $x v128) (local $b0 v128) (local $b1 v128)
    (local $c00 v128) (local $c01 v128) (local $c10 v128) (local $c11 v128)
    (local $c20 v128) (local $c21 v128) (local $c30 v128) (local $c31 v128)
    (local.set $panel (i32.shl (local.get $K) (i32.const 5)))
    (local.set $width (i32.shl (i32.const 16) (local.get $isDouble)))
    ;; $c moves with the columns: from where the last panel begins.
    (local.set $c
      (i32.add (local.get $c)
        (i32.mul (local.get $width)
          (i32.sub
            (i32.div_u (i32.sub (local.get $endOfB) (local.get $b)) (local.get $panel))
            (i32.const 1)))))
    (loop $columns
      (local.set $endOfB (i32.sub (local.get $endOfB) (local.get $panel)))
      (local.set $i (local.get $a))
      (local.set $to (local.get $c))
      (loop $rows
        (local.set $j (local.get $endOfB))
        (local.set $endOfPanel (i32.add (local.get $i) (local.get $panel)))
        (local.set $c00 (v128.const f64x2 0 0))
        (local.set $c01 (local.get $c00))
        (local.set $c10 (local.get $c00))
        (local.set $c11 (local.get $c00))
        (local.set $c20 (local.get $c00))
        (local.set $c21 (local.get $c00))
        (local.set $c30 (local.get $c00))
        (local.set $c31 (local.get $c00))
        (loop $term
          (local.set $b0 (v128.load (local.get $j)))
          (local.set $b1 (v128.load offset=16 (local.get $j)))
          (local.set $x (v128.load64_splat (local.get $i)))
          (local.set $c00 (f64x2.add (local.get $c00) (f64x2.mul (local.get $x) (local.get $b0))))
          (local.set $c01 (f64x2.add (local.get $c01) (f64x2.mul (local.get $x) (local.get $b1))))
          (local.set $x (v128.load64_splat offset=8 (local.get $i)))
          (local.set $c10 (f64x2.add (local.get $c10) (f64x2.mul (local.get $x) (local.get $b0))))
          (local.set $c11 (f64x2.add (local.get $c11) (f64x2.mul (local.get $x) (local.get $b1))))
          (local.set $x (v128.load64_splat offset=16 (local.get $i)))
          (local.set $c20 (f64x2.add (local.get $c20) (f64x2.mul (local.get $x) (local.get $b0))))
          (local.set $c21 (f64x2.add (local.get $c21) (f64x2.mul (local.get $x) (local.get $b1))))
          (local.set $x (v128.load64_splat offset=24 (local.get $i)))
          (local.set $c30 (f64x2.add (local.get $c30) (f64x2.mul (local.get $x) (local.get $b0))))
          (local.set $c31 (f64x2.add (local.get $c31) (f64x2.mul (local.get $x) (local.get $b1))))
          (local.set $i (i32.add (local.get $i) (i32.const 32)))
          (local.set $j (i32.add (local.get $j) (i32.const 32)))
          (br_if $term (i32.lt_u (local.get $i) (local.get $endOfPanel))))
        (call $store (local.get $to) (local.get $c00) (local.get $c01) (local.get $isDouble))
        (local.set $to (i32.add (local.get $to) (local.get $row)))
        (call $store (local.get $to) (local.get $c10) (local.get $c11) (local.get $isDouble))
        (local.set $to (i32.add (local.get $to) (local.get $row)))
        (call $store (local.get $to) (local.get $c20) (local.get $c21) (local.get $isDouble))
        (local.set $to (i32.add (local.get $to) (local.get $row)))
        (call $store (local.get $to) (local.get $c30) (local.get $c31) (local.get $isDouble))
        (local.set $to (i32.add (local.get $to) (local.get $row)))
        (br_if $rows (i32.lt_u (local.get $i) (local.get $b))))
      (local.set $c (i32.sub (local.get $c) (local.get $width)))
      (br_if $columns (i32.gt_u (local.get $endOfB) (local.get $b)))))

  ;; Four sums, as they are or each rounded once to a single.
  (func $store (param $to i32) (param $low v128) (param $high v128) (param $isDouble i32)
    (if (local.get $isDouble)
      (then
        (v128.store (local.get $to) (local.get $low))
        (v128.store offset=16 (local.get $to) (local.get $high)))
      (else
        (v128.store (local.get $to)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
            (f32x4.demote_f64x2_zero (local.get $low))
            (f32x4.demote_f64x2_zero (local.get $high))))))))
