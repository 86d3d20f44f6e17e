//! A function, the parameters that it waits for, and the set-up that makes them: put together as the call is written.

use std::marker::PhantomData;

use super::super::function::{Function, IntoFunction, IntoInit, WithInit, WithParams, Work};

/// A function that waits for its parameters.
pub trait Unbound<'a, P> {
    fn bind(self: Box<Self>, params: P) -> Box<dyn Function + 'a>;

    fn bind_init(self: Box<Self>, make: Make<'a, P>) -> Box<dyn Function + 'a>;
}

pub type Make<'a, P> = Box<dyn Fn() -> anyhow::Result<P> + Send + Sync + 'a>;

pub struct Plain<F, How> {
    pub function: F,
    pub how: PhantomData<fn() -> How>,
}

impl<'a, F: IntoFunction<'a, How>, How: 'a> Unbound<'a, F::Params> for Plain<F, How>
where
    F::Params: 'a,
{
    fn bind(self: Box<Self>, params: F::Params) -> Box<dyn Function + 'a> {
        Box::new(WithParams { function: self.function, params, how: self.how })
    }

    fn bind_init(self: Box<Self>, make: Make<'a, F::Params>) -> Box<dyn Function + 'a> {
        Box::new(WithInit { function: self.function, make, how: PhantomData::<fn(F::Params) -> How> })
    }
}

/// A function whose set-up waits for *its* parameters.
pub struct SetUp<'a, P, Init, HowInit> {
    pub function: Box<dyn Unbound<'a, P> + 'a>,
    pub init: Init,
    pub how: PhantomData<fn() -> HowInit>,
}

impl<'a, P: 'a, Init, HowInit: 'a> Unbound<'a, Init::Params> for SetUp<'a, P, Init, HowInit>
where
    Init: IntoInit<P, HowInit> + 'a,
    Init::Params: 'a,
{
    fn bind(self: Box<Self>, params: Init::Params) -> Box<dyn Function + 'a> {
        let Self { function, init, .. } = *self;
        function.bind_init(Box::new(move || init.make(&params)))
    }

    fn bind_init(self: Box<Self>, make: Make<'a, Init::Params>) -> Box<dyn Function + 'a> {
        let Self { function, init, .. } = *self;
        function.bind_init(Box::new(move || init.make(&make()?)))
    }
}

/// A function that wants nothing more.
pub struct Bound<'a>(pub Box<dyn Function + 'a>);

impl<'a> Unbound<'a, ()> for Bound<'a> {
    fn bind(self: Box<Self>, (): ()) -> Box<dyn Function + 'a> {
        self.0
    }

    fn bind_init(self: Box<Self>, make: Make<'a, ()>) -> Box<dyn Function + 'a> {
        Box::new(AfterSetUp { function: self.0, make })
    }
}

/// A function with a set-up that makes nothing for it: a connection that is opened, a log.
struct AfterSetUp<'a> {
    function: Box<dyn Function + 'a>,
    make: Make<'a, ()>,
}

impl Function for AfterSetUp<'_> {
    fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>> {
        (self.make)()?;
        self.function.begin()
    }

    fn takes_pieces(&self) -> bool {
        self.function.takes_pieces()
    }

    fn columns(&self, input: usize) -> Option<Vec<String>> {
        self.function.columns(input)
    }
}
