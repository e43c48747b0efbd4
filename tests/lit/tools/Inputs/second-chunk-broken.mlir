func.func private @fine()
// -----
func.func @broken() -> f32 {
  return
}
