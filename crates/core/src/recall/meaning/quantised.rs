//! Temporary.
#[derive(Debug, Clone)]
pub(super) struct Quantised(Vec<u8>);
impl Quantised {
    pub(super) fn of(v: &[f32]) -> Self {
        let n = v.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-12);
        let max = v.iter().fold(0f32, |m, x| m.max(x.abs() / n)).max(1e-12);
        let scale = max / 127.0;
        let mut b = scale.to_le_bytes().to_vec();
        b.extend(v.iter().map(|x| (x / n / scale).round() as i8 as u8));
        Self(b)
    }
    pub(super) fn from_bytes(b: &[u8]) -> Option<Self> {
        (b.len() > 4).then(|| Self(b.to_vec()))
    }
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
    pub(super) fn cosine(&self, other: &Self) -> f32 {
        let mut o = [0.0];
        cosines(self, other.as_bytes(), &mut o);
        o[0]
    }
}
pub(super) fn cosines(q: &Quantised, rows: &[u8], out: &mut [f32]) {
    let w = q.0.len();
    let s = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    for (r, o) in rows.chunks_exact(w).zip(out) {
        let d: i32 =
            r[4..].iter().zip(&q.0[4..]).map(|(a, b)| i32::from(*a as i8) * i32::from(*b as i8)).sum();
        *o = d as f32 * s(r) * s(&q.0);
    }
}
